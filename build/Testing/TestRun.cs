using Build.CommandLine;
using Build.LocalRuntime;
using Build.Log;
using Cake.Core;

namespace Build.Testing;

/// <summary>
/// Runs the test suites, one more at once than this machine has cores, since they often wait, for a process or for a time that is tested:
/// first the fast ones, those that need no build beside the build, then the end-to-end ones, the longest first. The longest of all comes
/// before the fast ones, so that it does not run alone at the end.
/// </summary>
public sealed class TestRun(
    CommandArguments arguments,
    PythonRuntime runtime,
    TestPrograms programs,
    NodePackages packages,
    ModelPackage modelPackage,
    DotNet dotnet,
    IProcesses processes,
    FinalOutput output
)
{
    /// <summary>Builds what the suites need and runs them.</summary>
    /// <exception cref="CakeException">Tests failed, or <c>--suite</c> names no suite.</exception>
    public async Task RunAsync(BuildContext context)
    {
        var isNight = bool.TryParse(context.Environment.GetEnvironmentVariable("NIGHTLY"), out var given) && given;
        var suites = Select(arguments.Get(TestArguments.Suite), TestSuites.Discover(context.Root, isNight));
        var traffic = TrafficCheck.Find(Path.Combine(context.ArtifactsFolder, "tests"), context.Environment.GetEnvironmentVariable);
        if (traffic is not null)
            suites = [.. suites.Select(suite => suite.IsWatched ? traffic.Watch(suite) : suite)];

        suites = [.. suites.Select(suite => suite.With(suite.IsHeavy ? VariablesOfShortRuns : Variables))];
        using var folder = RunFolder.Create(Path.Combine(context.LocalFolder, "test-runs"));
        var places = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["TMPDIR"] = folder.Path,
            ["TEST_RUN_FOLDER"] = folder.Path,
        };
        suites = [.. suites.Select(suite => suite.With(places))];
        var prepared = traffic?.PrepareAsync(processes, context.Cancellation) ?? Task.CompletedTask;
        List<TestOutcome> outcomes;
        try
        {
            outcomes = await RunAsync(context, suites);
        }
        finally
        {
            await prepared;
        }

        if (traffic is not null && await traffic.RunAsync(processes, context.Cancellation) is { } checkedTraffic)
        {
            outcomes.Add(checkedTraffic);
            foreach (var line in checkedTraffic.Output)
                context.Say(line);
            context.Say($"{checkedTraffic.Name}: checked in {checkedTraffic.Duration.TotalSeconds:F0} s.");
        }

        Conclude(outcomes);
    }

    private static IReadOnlyList<TestSuite> Select(string? name, IReadOnlyList<TestSuite> suites)
    {
        if (name is null)
            return suites;
        if (string.Equals(name, TestArguments.Unit, StringComparison.OrdinalIgnoreCase))
            return [.. suites.Where(suite => suite.IsUnit)];
        string[] names = [name, $"{name}.Tests", $"{name}.EndToEnd.Tests"];
        var selected = suites.Where(suite => names.Contains(suite.Name, StringComparer.OrdinalIgnoreCase)).ToList();
        return selected.Count > 0
            ? selected
            : throw new CakeException(
                $"--suite is \"{name}\"; it must be one of {TestArguments.Unit}, {string.Join(", ", suites.Select(suite => suite.Name))}."
            );
    }

    // Tests start this host: the one that users start, compiled ahead.
    private static Dictionary<string, string?> Variables =>
        new(DotNet.ShortRunVariables, StringComparer.Ordinal) { ["TESTED_HOST"] = typeof(TestRun).Assembly.Location };

    // End-to-end tests start hundreds of hosts and emulators, each for a second or two: none is worth a second compilation, none is
    // debugged, and none may compute while it waits, since others could. With new objects in 4 MiB that it uses again and again, a process
    // takes less memory from the system, which costs more than to collect them.
    private static Dictionary<string, string?> VariablesOfShortRuns =>
        new(Variables, StringComparer.Ordinal)
        {
            ["DOTNET_TC_CallCounting"] = "0",
            ["DOTNET_EnableDiagnostics"] = "0",
            ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
            ["DOTNET_GCgen0size"] = "400000",
        };

    private async Task<List<TestOutcome>> RunAsync(BuildContext context, IReadOnlyList<TestSuite> suites)
    {
        var outcomes = new List<TestOutcome>();
        using var lanes = new SemaphoreSlim(Environment.ProcessorCount + 1);
        // The build needs nothing that is installed, and the suites that need no build run beside it.
        var built = suites.Any(suite => suite.NeedsBuild) ? BuildAsync(context, lanes) : Task.CompletedTask;
        var python = runtime.EnsureAsync(context, forTests: true, TestPrograms.Missing(context, suites));
        var installed = InstallAsync(context, suites, python);
        var everything = Task.WhenAll(built, installed);
        var queue = suites.OrderBy(suite => suite.Place).Select(suite => (Suite: suite, Ready: ReadyFor(suite))).ToList();
        List<Task> started = [everything];
        try
        {
            while (queue.Count > 0)
            {
                await lanes.WaitAsync(context.Cancellation);
                await Task.WhenAny(queue.Select(entry => entry.Ready));
                var next = queue.First(entry => entry.Ready.IsCompleted);
                queue.Remove(next);
                started.Add(RunAsync(next.Suite, next.Ready));
            }
        }
        finally
        {
            // Also when the run is cancelled: each ends its processes first.
            await Task.WhenAll(started);
        }

        return outcomes;

        Task ReadyFor(TestSuite suite) =>
            suite.NeedsBuild || suite.IsHeavy ? everything
            : suite.Packages is not null ? installed
            : python;

        async Task RunAsync(TestSuite suite, Task ready)
        {
            try
            {
                await ready;
                await RunSuiteAsync(suite.With(await python), outcomes, context);
            }
            finally
            {
                lanes.Release();
            }
        }
    }

    private async Task InstallAsync(BuildContext context, IReadOnlyList<TestSuite> suites, Task python)
    {
        // Both by apt-get, whose lock one process holds.
        await python;
        await programs.EnsureAsync(context, suites);
        foreach (var folder in suites.Select(suite => suite.Packages).OfType<string>())
            await packages.InstallAsync(context, folder);
        if (suites.Any(suite => suite.NeedsModelPackage))
            await modelPackage.RestoreAsync(context);
    }

    private async Task BuildAsync(BuildContext context, SemaphoreSlim lanes)
    {
        await lanes.WaitAsync(context.Cancellation);
        try
        {
            context.Say("Building the solution.");
            await dotnet.BuildSolutionAsync(context);
        }
        finally
        {
            lanes.Release();
        }
    }

    private async Task RunSuiteAsync(TestSuite suite, List<TestOutcome> outcomes, BuildContext context)
    {
        context.Say($"{suite.Name}: started.");
        var outcome = await suite.RunAsync(processes, context.Cancellation);
        lock (outcomes)
        {
            outcomes.Add(outcome);
            foreach (var line in outcome.Failed > 0 ? outcome.Output : [])
                context.Say(line);
            context.Say(
                $"{outcome.Name}: {outcome.Passed} passed, {outcome.Failed} failed, {outcome.Skipped} skipped "
                    + $"in {outcome.Duration.TotalSeconds:F0} s."
            );
        }
    }

    private void Conclude(IReadOnlyCollection<TestOutcome> outcomes)
    {
        var failed = outcomes.Sum(outcome => outcome.Failed);
        var skipped = outcomes.Sum(outcome => outcome.Skipped);
        output.Text = $"{outcomes.Sum(outcome => outcome.Passed)} passed, {failed} failed" + (skipped > 0 ? $", {skipped} skipped" : "");
        if (failed > 0)
        {
            var names = outcomes.Where(outcome => outcome.Failed > 0).Select(outcome => outcome.Name);
            throw new CakeException($"{failed} tests failed: {string.Join(", ", names)}.");
        }
    }
}
