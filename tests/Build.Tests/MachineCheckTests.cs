using Build.LocalRuntime;
using Build.Tests.Doubles;

namespace Build.Tests;

/// <summary>A fault of the machine is reported before anything is changed or sent.</summary>
public sealed class MachineCheckTests : IDisposable
{
    private readonly HostConsole host = new();

    public void Dispose() => host.Dispose();

    [Fact]
    public void Run_NamesTheFile_WhenArtifactsIsAFile()
    {
        host.Write("artifacts", "");

        Fails("artifacts is a file; it must be a folder. Move it away: mv artifacts artifacts.old");
    }

    [Fact]
    public void Run_NamesTheLink_WhenArtifactsIsADanglingLink()
    {
        File.CreateSymbolicLink(Path.Combine(host.Root, "artifacts"), "nowhere");

        Fails(
            "artifacts is a link to nowhere, which is not a folder; it must be a folder, or a link to one. "
                + "Move it away: mv artifacts artifacts.old"
        );
    }

    [Fact]
    public void Run_NamesTheFile_WhenTheOutputsCannotBeWritten()
    {
        host.Environment.Variables["GITHUB_OUTPUT"] = "/nonexistent/output";

        Fails(
            "GITHUB_OUTPUT is /nonexistent/output, which cannot be written; it must be the file that GitHub Actions made for the step. "
                + "Outside a pipeline, unset it."
        );
    }

    [Theory]
    [InlineData("Max open files            64                   64                   files     ", "The limit of open files is 64; ")]
    [InlineData("Max open files            1024                 524288               files     ", null)]
    [InlineData("Max open files            unlimited            unlimited            files     ", null)]
    [InlineData("Max processes             64                   64                   processes ", null)]
    public void FindFaultOfLimits_ChecksTheSoftLimitOfOpenFiles(string line, string? expected)
    {
        var fault = MachineCheck.FindFaultOfLimits(["Limit  Soft Limit  Hard Limit  Units", line]);

        if (expected is null)
            Assert.Null(fault);
        else
            Assert.StartsWith(expected, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void FindFaultOfTemporaryFolder_NamesTheVariable_WhenTheFolderDoesNotExist()
    {
        Assert.Null(MachineCheck.FindFaultOfTemporaryFolder(host.Root));
        Assert.Equal(
            "The folder for temporary files is /nonexistent/, which does not exist; it must be a folder that can be written. Create it, or "
                + "set TMPDIR to another one, or unset that.",
            MachineCheck.FindFaultOfTemporaryFolder("/nonexistent/")
        );
    }

    [Fact]
    public void Run_RefusesAnEngineThatCannotMountFolders_WhenContainersAreRequested()
    {
        host.WriteDataset();
        host.Processes.On($"{host.Root}/.venv/bin/python -m detection create-demo-data", "2 images");
        host.Environment.Variables["DOCKER_HOST"] = "ssh://me:planted@build.example";

        Fails(
            "--runtime is \"docker\", and DOCKER_HOST is ssh://…@build.example; it must be unix:///PATH, because the containers mount "
                + "folders of this machine. Unset it. Or run jobs without containers: --runtime=process",
            "--target=Plan",
            "--runtime=docker"
        );
    }

    [Fact]
    public void Run_NamesTheVariable_WhenSetVariableNamesNone() =>
        Fails(
            "--set-variable is \"OVERRIDES\"; it must be the name of an environment variable that exists, which may be empty. "
                + "Set it, or leave --set-variable out.",
            "--target=Plan",
            "--set-variable=OVERRIDES"
        );

    [Fact]
    public void Run_RefusesMacros_OnAzureDevOps()
    {
        host.Environment.Variables["OVERRIDES"] = "DESCRIPTION=$(SECRET)";
        const string Fault =
            "The override of DESCRIPTION contains \"$(\"; it must not on Azure DevOps, which replaces $(NAME) by the pipeline's variable "
            + "of that name. Write the value itself.";
        host.Environment.Variables["TF_BUILD"] = "True";

        Fails(Fault, "--target=Plan", "--set-variable=OVERRIDES");
        Fails(Fault, "--target=Plan", "--set=DESCRIPTION=$(SECRET)");
    }

    private void Fails(string fault, params string[] arguments)
    {
        var output = host.Run(arguments.Length == 0 ? ["--target=Plan"] : arguments);

        Assert.StartsWith("exit code -1\n", output, StringComparison.Ordinal);
        Assert.EndsWith($"Error: {fault}\n", output, StringComparison.Ordinal);
        Assert.Empty(host.Service.Sent);
    }
}
