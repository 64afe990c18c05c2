using Build.LocalRuntime;
using Build.Testing;
using Cake.Common;
using Cake.Core;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Runs every test of the repository: the fast ones side by side, then the end-to-end ones alone, since they time out when crowded.</summary>
[TaskName("Test")]
[TaskDescription("Builds everything and runs every test")]
[TaskArgument("suite", "NAME", "one suite alone: a project or folder of tests/; default all")]
[TaskExample("--target=Test", "run every test")]
[TaskExample("--target=Test --suite=training", "run the trainer's tests alone")]
public sealed class TestTask(PythonRuntime runtime, ClosingLine closing) : AsyncFrostingTask<BuildContext>
{
    // Not the configuration that build.cake compiles the host in: that one leaves the analyzers out, and the host that runs must not be overwritten.
    private const string Configuration = "Debug";

    public override async Task RunAsync(BuildContext context)
    {
        var python = await runtime.EnsureAsync(context, forTests: true);
        var suites = Select(context.Argument<string?>("suite", null), Discover(context.Root, python));
        var traffic = TrafficCheck.Find(Path.Combine(context.ArtifactsFolder, "tests"), System.Environment.GetEnvironmentVariable);
        if (traffic is not null)
            suites = [.. suites.Select(suite => suite.IsWatched ? traffic.Watch(suite) : suite)];
        foreach (var folder in suites.Select(suite => suite.Packages).OfType<string>())
            await NodePackages.InstallAsync(context, folder);
        if (suites.Any(suite => suite.NeedsBuild))
        {
            context.Say("Building the solution.");
            await context.DotNetAsync(
                "build",
                "ModelTraining.slnx",
                "--configuration",
                Configuration,
                "--nologo",
                "--verbosity",
                "quiet",
                "-nodeReuse:false"
            );
        }

        var outcomes = new List<TestOutcome>();
        using var lanes = new SemaphoreSlim(Math.Max(1, Environment.ProcessorCount));
        await Task.WhenAll(suites.Where(suite => !suite.IsHeavy).Select(suite => RunAsync(suite, lanes, outcomes, context)));
        foreach (var suite in suites.Where(suite => suite.IsHeavy))
            await RunAsync(suite, lanes, outcomes, context);
        if (traffic is not null && await traffic.RunAsync(context.Cancellation) is { } held)
        {
            outcomes.Add(held);
            foreach (var line in held.Output)
                context.Say(line);
            context.Say($"{held.Name}: checked in {held.Duration.TotalSeconds:F0} s.");
        }

        var failed = outcomes.Sum(outcome => outcome.Failed);
        var skipped = outcomes.Sum(outcome => outcome.Skipped);
        closing.Text = $"{outcomes.Sum(outcome => outcome.Passed)} passed, {failed} failed" + (skipped > 0 ? $", {skipped} skipped" : "");
        if (failed > 0)
            throw new CakeException(
                $"{failed} tests failed: {string.Join(", ", outcomes.Where(outcome => outcome.Failed > 0).Select(outcome => outcome.Name))}."
            );
    }

    private static IReadOnlyList<TestSuite> Discover(string root, PythonInterpreter python) =>
        [
            TestSuite.Pytest(root, python),
            .. Directory
                .EnumerateFiles(
                    Path.Combine(root, "tests"),
                    "package.json",
                    new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 }
                )
                .Select(path => Path.GetFileName(Path.GetDirectoryName(path)!))
                .Order(StringComparer.Ordinal)
                .Select(name => TestSuite.Node(root, name)),
            .. Directory
                .EnumerateFiles(Path.Combine(root, "tests"), "*.Tests.csproj", SearchOption.AllDirectories)
                .OrderBy(path => Path.GetFileNameWithoutExtension(path), StringComparer.Ordinal)
                .Select(path => TestSuite.Xunit(root, path, Configuration)),
        ];

    private static IReadOnlyList<TestSuite> Select(string? name, IReadOnlyList<TestSuite> suites)
    {
        if (name is null)
            return suites;
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
                    foreach (var line in outcome.Output)
                        context.Say(line);
                }

                context.Say(
                    $"{outcome.Name}: {outcome.Passed} passed, {outcome.Failed} failed, {outcome.Skipped} skipped in {outcome.Duration.TotalSeconds:F0} s."
                );
            }
        }
        finally
        {
            lanes.Release();
        }
    }
}
