using Build.LocalRuntime;
using Build.Testing;
using Cake.Common;
using Cake.Core;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Runs every test of the repository: the fast ones side by side, then the end-to-end ones alone, since they time out when crowded.</summary>
[TaskName("Test")]
[TaskDescription("Builds everything and runs every test")]
[TaskArgument("suite", "NAME", "one suite alone: a project of tests/, training or pipelines; default all")]
[TaskExample("--target=Test", "run every test")]
[TaskExample("--target=Test --suite=training", "run the trainer's tests alone")]
public sealed class TestTask(PythonRuntime runtime, ClosingLine closing) : AsyncFrostingTask<BuildContext>
{
    // Not the configuration that build.cake compiles the host in: that one leaves the analyzers out, and the host that runs must not be overwritten.
    private const string Configuration = "Debug";

    /// <summary>Suites that train or build images: each would slow the others down, and be slowed down.</summary>
    private const string EndToEnd = "EndToEnd.Tests";

    public override async Task RunAsync(BuildContext context)
    {
        var python = await runtime.EnsureAsync(context, forTests: true);
        var suites = Select(context.Argument<string?>("suite", null), Discover(context.Root, python));
        if (suites.Any(suite => suite.Name == "pipelines")) await InstallNodePackagesAsync(context);
        if (suites.Any(suite => suite.Name is not ("training" or "pipelines")))
        {
            context.Say("Building the solution.");
            await context.DotNetAsync("build", "ModelTraining.slnx", "--configuration", Configuration, "--nologo", "--verbosity", "quiet", "-nodeReuse:false");
        }

        var outcomes = new List<TestOutcome>();
        using var lanes = new SemaphoreSlim(Math.Max(1, Environment.ProcessorCount));
        await Task.WhenAll(suites.Where(suite => !IsEndToEnd(suite)).Select(suite => RunAsync(suite, lanes, outcomes, context)));
        foreach (var suite in suites.Where(IsEndToEnd)) await RunAsync(suite, lanes, outcomes, context);

        var failed = outcomes.Sum(outcome => outcome.Failed);
        var skipped = outcomes.Sum(outcome => outcome.Skipped);
        closing.Text = $"{outcomes.Sum(outcome => outcome.Passed)} passed, {failed} failed" + (skipped > 0 ? $", {skipped} skipped" : "");
        if (failed > 0) throw new CakeException($"{failed} tests failed: {string.Join(", ", outcomes.Where(outcome => outcome.Failed > 0).Select(outcome => outcome.Name))}.");
    }

    /// <summary>The packages of the pipelines' tests, as their lock file says; a second time nothing is fetched.</summary>
    private static async Task InstallNodePackagesAsync(BuildContext context)
    {
        var folder = Path.Combine(context.Root, "tests", "pipelines");
        var installed = Path.Combine(folder, "node_modules", ".package-lock.json");
        var wanted = Path.Combine(folder, "package-lock.json");
        if (File.Exists(installed) && File.GetLastWriteTimeUtc(installed) >= File.GetLastWriteTimeUtc(wanted)) return;
        var node = await new ChildProcess("node", ["--version"], folder).TryReadAsync(context.Cancellation);
        if (!Version.TryParse(node?.TrimStart('v'), out var version) || version.Major < 20)
            throw new CakeException($"Node.js is {node ?? "not installed"}; it must be 20 or newer to check the pipelines. Install it from https://nodejs.org, then run the same command again.");
        context.Say("Installing the packages of tests/pipelines with npm.");
        await new ChildProcess("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], folder).RunCheckedAsync(context.Cancellation);
    }

    private static IReadOnlyList<TestSuite> Discover(string root, PythonInterpreter python) =>
    [
        TestSuite.Pytest(root, python),
        TestSuite.Node(root),
        .. Directory.EnumerateFiles(Path.Combine(root, "tests"), "*.Tests.csproj", SearchOption.AllDirectories)
            .Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)
            .Select(project => TestSuite.Xunit(root, project, Configuration)),
    ];

    private static bool IsEndToEnd(TestSuite suite) => suite.Name.EndsWith(EndToEnd, StringComparison.Ordinal);

    private static IReadOnlyList<TestSuite> Select(string? name, IReadOnlyList<TestSuite> suites)
    {
        if (name is null) return suites;
        var selected = suites.Where(suite => string.Equals(suite.Name, name, StringComparison.OrdinalIgnoreCase)).ToList();
        return selected.Count > 0
            ? selected
            : throw new CakeException($"--suite is \"{name}\"; it must be one of {string.Join(", ", suites.Select(suite => suite.Name))}.");
    }

    private static async Task RunAsync(TestSuite suite, SemaphoreSlim lanes, List<TestOutcome> outcomes, BuildContext context)
    {
        await lanes.WaitAsync(context.Cancellation);
        try
        {
            context.Say($"{suite.Name}: started.");
            var outcome = await suite.RunAsync(context.Cancellation);
            lock (outcomes)
            {
                outcomes.Add(outcome);
                if (outcome.Failed > 0)
                {
                    foreach (var line in outcome.Output) context.Say(line);
                }

                context.Say($"{outcome.Name}: {outcome.Passed} passed, {outcome.Failed} failed, {outcome.Skipped} skipped in {outcome.Duration.TotalSeconds:F0} s.");
            }
        }
        finally
        {
            lanes.Release();
        }
    }
}
