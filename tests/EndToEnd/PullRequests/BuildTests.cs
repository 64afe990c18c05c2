using Fixtures.Checkouts;
using Fixtures.Pipelines;

namespace EndToEnd.PullRequests;

/// <summary>
/// Builds the host with the variables that each platform sets, in folders with spaces and with slashes at their ends. An agent has its own
/// folders for packages and temporary files.
/// </summary>
public sealed class BuildTests : IDisposable
{
    private readonly string agent = Directory.CreateTempSubdirectory("agent with spaces ").FullName;

    private string Workspace => Path.Combine(agent, "s");

    public void Dispose() => Directory.Delete(agent, recursive: true);

    // For each change ReferencedAssembliesTests evaluates, and SwapTests restores, with a folder for packages of its own.
    [Theory]
    [Trait("When", "Night")]
    [InlineData("azure", "expConfig", "##[group]Doctor")]
    [InlineData("github", "exp_config", "::group::Doctor")]
    public async Task Build_Succeeds_WithTheFoldersOfAnAgent(string platform, string experiment, string group)
    {
        await CopyRepositoryAsync();
        var packages = Directory.CreateDirectory(Path.Combine(agent, ".nuget")).FullName;
        var existing = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        Directory.CreateSymbolicLink(Path.Combine(packages, "packages"), existing.TrimEnd('/'));
        var read = await PipelineFiles.ReadAsync(
            $"--platform={platform}",
            "--event=manual",
            "--trailing",
            $"--folder={agent}",
            $"--workspace={Workspace}",
            $$"""--parameters={"target":"Doctor","{{experiment}}":"exp_configs/demo.json"}"""
        );
        var step = read["jobs"]![0]!["steps"]!.AsArray().Single(step => (string?)step!["id"] == "run")!;
        var variables = read["variables"]!
            .AsObject()
            .Concat(step["env"]!.AsObject())
            .ToDictionary(pair => pair.Key, pair => (string)pair.Value!);
        if (platform == "azure")
        {
            variables["NUGET_PACKAGES"] = $"{packages}/packages/";
            variables["TMPDIR"] = variables["AGENT_TEMPDIRECTORY"];
            variables["SYSTEM_ACCESSTOKEN"] = "token";
        }

        using var run = new HostRun(
            "bash",
            ["--noprofile", "--norc", "-eo", "pipefail", "-c", (string)step["script"]!],
            Workspace,
            [.. variables.Select(pair => (pair.Key, pair.Value))]
        );
        await run.EndAsync();

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("Building the host", run.Output, StringComparison.Ordinal);
        Assert.Contains(group, run.Output, StringComparison.Ordinal);
    }

    private async Task CopyRepositoryAsync()
    {
        using var git = new HostRun("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], Checkout.Repository);
        await git.EndAsync();
        foreach (var name in git.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(name => name.Trim('\n', '\r')))
        {
            var source = Path.Combine(Checkout.Repository, name);
            if (name.Length == 0 || name.StartsWith("tests/", StringComparison.Ordinal) || !File.Exists(source))
                continue;
            var target = Path.Combine(Workspace, name);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target);
        }
    }
}
