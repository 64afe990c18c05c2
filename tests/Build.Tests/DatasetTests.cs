using Build.Tests.Doubles;
using Fixtures;

namespace Build.Tests;

/// <summary>The targets about a dataset: Create-Demo-Data, Upload-Dataset and Register-Datastore.</summary>
public sealed class DatasetTests : IDisposable
{
    private const string DatasetHash = "0a1b0a1b0a1b0a1b0a1b0a1b0a1b0a1b0a1b0a1b0a1b0a1b0a1b0a1b0a1b0a1b";

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
    public void CheckData_RunsTheTrainerOnTheDatastore_AndFailsWithIt()
    {
        host.WriteDataset();
        host.Processes.On($"{host.Root}/.venv/bin/python -m detection inspect-data", () => 1, "train: 2 images, 2 objects");

        ExpectedText.Check("check-data", host.Run("--target=Check-Data", "--fail-on=same-bytes"));
        var command = host.Processes.Started.Last();
        Assert.Contains($"--data {host.Root}/.local/datastores/demo --output {host.Root}/artifacts", command, StringComparison.Ordinal);
        Assert.EndsWith("--fail-on same-bytes", command, StringComparison.Ordinal);
        Assert.Contains("\"IMAGE_TYPE\":\"pothole\"", host.Processes.Variables.Last()!["EXP_CONFIG"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData($"\"{DatasetHash}\"", "^" + DatasetHash + "[.]json$")]
    [InlineData("\"\"", "^names-[0-9a-f]{64}[.]json$")]
    [InlineData("null", "^names-[0-9a-f]{64}[.]json$")]
    [InlineData("\"../escape\"", "^names-[0-9a-f]{64}[.]json$")]
    [InlineData("3", null)]
    public void CheckData_LeavesItsFindingsToTheStudio_ByHashOrByNames(string hash, string? file)
    {
        host.WriteDataset();
        host.Processes.On($"{host.Root}/.venv/bin/python -m detection inspect-data", Inspect, "train: 2 images, 2 objects");

        host.Run("--target=Check-Data", "--fail-on=same-bytes");

        var checks = Path.Combine(host.Root, ".local/emulator/data-checks");
        var left = Directory.Exists(checks) ? Directory.GetFiles(checks).Select(Path.GetFileName).ToArray() : [];
        if (file is null)
            Assert.Empty(left);
        else
            Assert.Matches(file, Assert.Single(left));

        int Inspect()
        {
            Directory.CreateDirectory(Path.Combine(host.Root, "artifacts"));
            File.WriteAllText(Path.Combine(host.Root, "artifacts", "data.json"), $$"""{"hash": {{hash}}}""");
            return 1;
        }
    }

    [Fact]
    public void ImportDataset_WritesToTheDatastore_StampedByTheClock()
    {
        host.Processes.On($"{host.Root}/.venv/bin/python -m detection import-data", "voc: 6 training and 2 test images, 1 classes");

        ExpectedText.Check("import-without-folder", host.Run("--target=Import-Dataset"));
        ExpectedText.Check("import", host.Run("--target=Import-Dataset", "--from=labels", "--format=voc", "--seed=3"));
        Assert.Contains(
            $"--from {host.Root}/labels --format voc --image-type pothole --output {host.Root}/.local/datastores/demo "
                + $"--test-share 0.2 --seed 3 --stamp {host.Time.GetUtcNow():yyMMdd}",
            host.Processes.Started.Last(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void ExportDataset_PassesFormatAndFolder()
    {
        host.Processes.On($"{host.Root}/.venv/bin/python -m detection export-data", "yolo: 2 training and 2 test images in out");

        ExpectedText.Check("export", host.Run("--target=Export-Dataset", "--format=yolo", "--to=out"));
        Assert.EndsWith($"--format yolo --output {host.Root}/out", host.Processes.Started.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void UploadDataset_CopiesNothing_WhenAnImageDoesNotDecode()
    {
        host.WriteDataset(under: "mine");
        host.Processes.On(
            $"{host.Root}/.venv/bin/python -m detection decode-images",
            """{"name": "train_1.png", "fault": "cannot be read as a picture; replace the file."}""",
            """{"name": "train_2.png", "width": 64, "height": 48, "orientation": 1, "traits": [], "md5": ""}""",
            """{"name": "test_1.png", "width": 64, "height": 48, "orientation": 1, "traits": [], "md5": ""}""",
            """{"name": "test_2.png", "width": 64, "height": 48, "orientation": 1, "traits": ["cut"], "md5": ""}"""
        );

        Assert.Contains(
            "image 'train_1.png' cannot be read as a picture",
            host.Run("--target=Upload-Dataset", "--from=mine"),
            StringComparison.Ordinal
        );
        Assert.False(Directory.Exists(Path.Combine(host.Root, ".local/datastores")));
    }

    [Fact]
    public void RegisterDatastore_ListsTheNames_WhenTheEnvironmentHasNoSuchDatastore() =>
        ExpectedText.Check("register-unknown-datastore", host.Run("--target=Register-Datastore", "--datastore=other"));
}
