using Fixtures.Checkouts;

namespace Fixtures.Pipelines;

/// <summary>
/// A repository with the experiments of a test, whose build is this repository's. Its folder has spaces in its name, as on some agents.
/// </summary>
public sealed class PipelineCheckout : IAsyncDisposable
{
    private static readonly (string, string)[] FewSteps =
    [
        ("RUN_PARAMS.STEPS", "3"),
        ("RUN_PARAMS.WARMUP_STEPS", "1"),
        ("RUN_PARAMS.BATCH_SIZE", "2"),
        ("MODEL_PARAMS.IMAGE_SIZE", "64"),
    ];

    private readonly (string, string)[] experiment;
    private readonly Checkout checkout;

    private PipelineCheckout(DemoData? data, bool wholeTrainer)
    {
        checkout = new Checkout(ownSources: true, wholeTrainer, prefix: "agent with spaces ");
        experiment = data is null ? FewSteps : [.. FewSteps, DemoData.FewImages];
        data?.Lend(checkout);
    }

    /// <summary>The folder for the files of a run.</summary>
    public string Agent { get; } = Directory.CreateTempSubdirectory("agent with spaces ").FullName;

    /// <summary>The checkout.</summary>
    public string Root => checkout.Root;

    /// <summary>The head of main.</summary>
    public string Main { get; private set; } = "";

    /// <summary>The variables of the machine.</summary>
    public IDictionary<string, string> Variables => checkout.Variables;

    /// <summary>Creates a repository with one commit on main, whose experiment trains for a few steps.</summary>
    public static async Task<PipelineCheckout> CreateAsync(DemoData? data, bool wholeTrainer = false)
    {
        var created = new PipelineCheckout(data, wholeTrainer);
        var build = Path.Combine(created.Root, "build.sh");
        await File.WriteAllTextAsync(
            build,
            $"#!/usr/bin/env bash\ncd \"$(dirname \"${{BASH_SOURCE[0]}}\")\"\nexec dotnet '{Checkout.Host}' \"$@\"\n"
        );
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(build, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(
            Path.Combine(created.Root, ".gitignore"),
            "artifacts/\n.local/\n.venv/\n__pycache__/\ntraffic.jsonl\n"
        );
        foreach (var name in new[] { ".github", ".ci", "global.json" })
            created.Copy(name);
        created.WriteExperiment();
        await created.GitAsync("init", "--quiet", "--initial-branch=main");
        created.Main = await created.CommitAsync("Begin");
        return created;
    }

    private void Copy(string name)
    {
        var source = Path.Combine(Checkout.Repository, name);
        foreach (var file in File.Exists(source) ? [source] : Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(Root, Path.GetRelativePath(Checkout.Repository, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>Changes the experiment.</summary>
    public void WriteExperiment(params (string Path, string Json)[] changes) => checkout.WriteExperiment([.. experiment, .. changes]);

    /// <summary>The file of the last plan.</summary>
    public string PlanFile => checkout.PlanFile;

    /// <summary>Commits everything on main.</summary>
    public async Task CommitToMainAsync(string message, bool isEmpty = false)
    {
        await GitAsync("checkout", "--quiet", "main");
        Main = await CommitAsync(message, isEmpty);
    }

    /// <summary>Commits everything.</summary>
    /// <returns>The commit.</returns>
    public async Task<string> CommitAsync(string message, bool isEmpty = false)
    {
        await GitAsync("add", "--all");
        string[] options = isEmpty ? ["--allow-empty"] : [];
        await GitAsync([
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@localhost",
            "commit",
            "--quiet",
            $"--message={message}",
            .. options,
        ]);
        return await GitAsync("rev-parse", "HEAD");
    }

    /// <summary>Commits on a branch of the pull request, from main.</summary>
    /// <returns>The head of the pull request, and its merge with main, which both platforms build.</returns>
    public async Task<(string Head, string Merge)> ProposeAsync(params (string Path, string Json)[] changes)
    {
        await GitAsync("checkout", "--quiet", "-B", "feature/x", Main);
        WriteExperiment(changes);
        var head = await CommitAsync("Change the experiment");
        await GitAsync("checkout", "--quiet", "--detach", Main);
        await GitAsync("-c", "user.name=test", "-c", "user.email=test@localhost", "merge", "--quiet", "--no-ff", "--message=Merge", head);
        return (head, await GitAsync("rev-parse", "HEAD"));
    }

    /// <summary>Checks out a commit, as on a machine without other files.</summary>
    public async Task CheckOutAsync(string commit)
    {
        await GitAsync("checkout", "--quiet", "--force", "--detach", commit);
        if (Directory.Exists(Path.Combine(Root, "artifacts")))
            Directory.Delete(Path.Combine(Root, "artifacts"), recursive: true);
    }

    /// <summary>Runs git.</summary>
    /// <returns>Its trimmed output.</returns>
    public async Task<string> GitAsync(params string[] arguments)
    {
        using var run = new HostRun("git", arguments, Root, ("GIT_CONFIG_NOSYSTEM", "1"));
        await run.EndAsync();
        Assert.True(run.ExitCode == 0, $"git {string.Join(' ', arguments)}: {run.Output}");
        return run.Output.Trim();
    }

    /// <summary>Runs a target on this machine, outside a pipeline.</summary>
    public Task<HostRun> SucceedAsync(params string[] arguments) => checkout.SucceedAsync(arguments);

    /// <summary>The trainers that run for this checkout.</summary>
    public IReadOnlyList<int> Trainers => TrainerProcesses.Find(checkout);

    /// <summary>Uses the workspace of another checkout, as another machine does.</summary>
    public void ShareWorkspace(PipelineCheckout owner)
    {
        Directory.CreateDirectory(Path.Combine(Root, ".local"));
        Directory.CreateSymbolicLink(SharedWorkspace, Path.Combine(owner.Root, ".local", "emulator"));
    }

    private string SharedWorkspace => Path.Combine(Root, ".local", "emulator");

    public async ValueTask DisposeAsync()
    {
        // The emulator is its owner's, and is stopped there.
        if (new DirectoryInfo(SharedWorkspace).LinkTarget is not null)
            Directory.Delete(SharedWorkspace);
        await checkout.DisposeAsync();
        Directory.Delete(Agent, recursive: true);
    }
}
