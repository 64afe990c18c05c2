using Build.Tests.Doubles;
using Fixtures;

namespace Build.Tests;

/// <summary>The targets about a dataset: Create-Demo-Data, Upload-Dataset and Register-Datastore.</summary>
public sealed class DatasetTests : IDisposable
{
    private readonly HostConsole host = new();

    public void Dispose() => host.Dispose();

    [Fact]
    public void CreateDemoData_DrawsOnce()
    {
        host.Processes.On($"{host.Root}/.venv/bin/python -m detection create-demo-data", Draw, "4 images");

        ExpectedText.Check("demo-data-drawn", host.Run("--target=Create-Demo-Data"));
        ExpectedText.Check("demo-data-unchanged", host.Run("--target=Create-Demo-Data"));
        Assert.Single(host.Processes.Started, command => command.Contains("create-demo-data", StringComparison.Ordinal));

        int Draw()
        {
            host.WriteDataset();
            return 0;
        }
    }

    [Fact]
    public void CreateDemoData_Fails_WhenTheTrainerFails()
    {
        host.Processes.On($"{host.Root}/.venv/bin/python -m detection create-demo-data", () => 3, "no space left on device");

        ExpectedText.Check("demo-data-failed", host.Run("--target=Create-Demo-Data"));
    }

    [Fact]
    public void CreateDemoData_DrawsNothing_WhenTheExperimentHasItsOwnData() =>
        ExpectedText.Check("demo-data-not-used", host.Run("--target=Create-Demo-Data", "--exp-config=exp_configs/pothole.json"));

    [Fact]
    public void UploadDataset_CopiesTheFilesThatAreMissing()
    {
        host.WriteDataset(under: "mine");

        ExpectedText.Check("upload", host.Run("--target=Upload-Dataset", "--from=mine"));
        Assert.True(File.Exists(Path.Combine(host.Root, ".local/datastores/demo/pothole/images/train_1.png")));
        Assert.Contains("Upload       0 of 6 files", host.Run("--target=Upload-Dataset", "--from=mine"), StringComparison.Ordinal);
    }

    [Fact]
    public void UploadDataset_NamesTheRule_WhenTheFolderIsMissing()
    {
        ExpectedText.Check("upload-without-folder", host.Run("--target=Upload-Dataset"));
        ExpectedText.Check("upload-missing-folder", host.Run("--target=Upload-Dataset", "--from=nowhere"));
    }

    [Fact]
    public void UploadDataset_CopiesNothing_WhenTheDatasetIsFaulty()
    {
        host.WriteDataset(under: "mine", row: "30,2,1,90,pothole");

        ExpectedText.Check("upload-faulty", host.Run("--target=Upload-Dataset", "--from=mine"));
        Assert.False(Directory.Exists(Path.Combine(host.Root, ".local/datastores")));
    }

    [Fact]
    public void RegisterDatastore_ListsTheNames_WhenTheEnvironmentHasNoSuchDatastore() =>
        ExpectedText.Check("register-unknown-datastore", host.Run("--target=Register-Datastore", "--datastore=other"));
}
