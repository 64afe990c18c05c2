using System.Collections.Concurrent;
using System.Xml.Linq;
using Build.LocalRuntime;

namespace Build.Testing;

/// <summary>One program that runs tests and writes an XML report of them.</summary>
/// <param name="Name">The name that is shown.</param>
/// <param name="Process">The program.</param>
/// <param name="Report">The file of its report, in JUnit's format, which both code hosts show.</param>
public sealed record TestSuite(string Name, ChildProcess Process, string Report)
{
    /// <summary>The suite that checks layout, style and words.</summary>
    public const string House = "house";

    private const string Python = "python3";

    private const string Conformance = "conformance";

    private const string Studio = "studio";

    private static readonly string[] WithoutNight = ["--filter-not-trait", "When=Night"];

    // The end-to-end suites that take longest, the longest first, and those that mostly wait, which other suites fill. The others follow.
    // The first one builds and pushes the CPU image.
    private static readonly string[] HeavySuites = ["Images", "Chain", "Attacks", "Containers", "PullRequests", "Resilience", "Storage"];

    /// <summary>The suite of the trainer.</summary>
    public const string Training = "training";

    /// <summary>The part of it whose tests take many seconds each.</summary>
    private const string SlowTraining = Training + ".slow";

    /// <summary>The suite of Microsoft's Python clients, which Debian packages.</summary>
    private const string PythonConformance = Conformance + ".python";

    /// <summary>The folder of the reports, relative to the repository; the pipelines publish them.</summary>
    private static readonly string Reports = Path.Combine("artifacts", "test-results");

    /// <summary>
    /// The time after which it counts as hanging. The longest suite of a change takes 8 minutes on a slow machine, and CI ends after 60.
    /// </summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromMinutes(25);

    /// <summary>The folder whose Node packages it needs; null for none.</summary>
    public string? Packages { get; private init; }

    /// <summary>Whether it needs the compiled solution.</summary>
    public bool NeedsBuild { get; private init; }

    /// <summary>Whether its tests read the package of a base model.</summary>
    public bool NeedsModelPackage => Name is Training or SlowTraining;

    /// <summary>Whether its tests import Microsoft's Python clients.</summary>
    public bool NeedsPythonClients => Name == PythonConformance;

    /// <summary>Whether its tests start a Docker engine.</summary>
    public bool NeedsEngine => IsHeavy && Name.Split('.')[0] is "Images" or "Containers";

    /// <summary>Whether it starts the host and the emulator, and so runs after the fast suites.</summary>
    public bool IsHeavy => Name.EndsWith("EndToEnd.Tests", StringComparison.Ordinal);

    /// <summary>
    /// Its place among all suites, the smaller first: the one that takes longest, then the fast ones, then the other end-to-end suites.
    /// </summary>
    public int Place =>
        !IsHeavy ? 1
        : Array.IndexOf(HeavySuites, Name.Split('.')[0]) is >= 0 and var place ? 2 * place
        : 2 * HeavySuites.Length;

    /// <summary>Whether it belongs to <c>--suite=unit</c>: what a contributor runs after each change.</summary>
    public bool IsUnit => !IsWatched && Name is not (House or SlowTraining or Studio);

    /// <summary>Whether all its requests to emulators are those of a correct client, so that the traffic can be checked.</summary>
    public bool IsWatched => IsHeavy || Name is Conformance or PythonConformance;

    /// <summary>
    /// Creates the suite of an xunit project of the solution. Node programs that its tests run against are in its folder <c>node</c>.
    /// </summary>
    /// <param name="root">Absolute path of the repository.</param>
    /// <param name="projectFile">Absolute path of the project file.</param>
    /// <param name="configuration">The configuration that is built.</param>
    /// <param name="isNight">Whether it also runs the tests of the nightly run, whose trait <c>When</c> is <c>Night</c>.</param>
    public static TestSuite Xunit(string root, string projectFile, string configuration, bool isNight)
    {
        var reports = Path.Combine(root, Reports);
        var (folder, project) = (Path.GetDirectoryName(projectFile)!, Path.GetFileNameWithoutExtension(projectFile));
        var packages = Path.Combine(folder, "node");
        string[] arguments =
        [
            Path.Combine(folder, "bin", configuration, "net10.0", project + ".dll"),
            "--report-junit",
            "--report-junit-filename",
            project + ".xml",
            "--results-directory",
            reports,
            "--no-progress",
            .. isNight ? [] : WithoutNight,
        ];
        return new TestSuite(project, new ChildProcess("dotnet", arguments, root), Path.Combine(reports, project + ".xml"))
        {
            Packages = File.Exists(Path.Combine(packages, "package.json")) ? packages : null,
            NeedsBuild = true,
        };
    }

    /// <summary>Returns this suite with more environment variables.</summary>
    public TestSuite With(IReadOnlyDictionary<string, string?> more)
    {
        var variables = new Dictionary<string, string?>(more, StringComparer.Ordinal);
        foreach (var (name, other) in Process.Variables ?? new Dictionary<string, string?>(StringComparer.Ordinal))
            variables.TryAdd(name, other);
        return this with { Process = Process with { Variables = variables } };
    }

    /// <summary>Returns this suite with the interpreter that runs it, if it is one for pytest.</summary>
    public TestSuite With(PythonInterpreter python)
    {
        ArgumentNullException.ThrowIfNull(python);
        return Process.FileName == Python ? this with { Process = Process with { FileName = python.Path } } : this;
    }

    /// <summary>Creates the suite of a folder of tests/ for pytest.</summary>
    public static TestSuite Pytest(string root, string folder) => Pytest(root, folder, folder, []);

    /// <summary>Creates the two suites of the trainer: the one that takes longest alone comes first.</summary>
    /// <param name="root">Absolute path of the repository.</param>
    /// <param name="isNight">Whether they also run the tests of the nightly run, which are marked <c>night</c>.</param>
    public static IReadOnlyList<TestSuite> Trainer(string root, bool isNight)
    {
        var when = isNight ? "" : " and not night";
        return [Pytest(root, SlowTraining, Training, ["-m", "slow" + when]), Pytest(root, Training, Training, ["-m", "not slow" + when])];
    }

    /// <summary>
    /// Creates the suite of Microsoft's Python clients. It fails with a message that names them where they are missing.
    /// </summary>
    public static TestSuite PythonClients(string root) =>
        Pytest(root, PythonConformance, "conformance/python", []) with
        {
            NeedsBuild = true,
        };

    private static TestSuite Pytest(string root, string name, string folder, string[] selection)
    {
        var report = Path.Combine(root, Reports, name + ".xml");
        string[] arguments =
        [
            "-m",
            "pytest",
            $"tests/{folder}",
            "--quiet",
            "--durations=5",
            "-p",
            "no:cacheprovider",
            $"--junitxml={report}",
            .. selection,
        ];
        return new TestSuite(name, new ChildProcess(Python, arguments, root), report) { Packages = NodeOf(root, folder) };
    }

    // The Node packages that the tests of another language start.
    private static string? NodeOf(string root, string folder)
    {
        var packages = Path.Combine(root, "tests", folder, "node");
        return File.Exists(Path.Combine(packages, "package.json")) ? packages : null;
    }

    /// <summary>Creates the suite of a folder of tests/ for Node's own test runner.</summary>
    public static TestSuite Node(string root, string name)
    {
        var report = Path.Combine(root, Reports, name + ".xml");
        return new TestSuite(
            name,
            new ChildProcess(
                "node",
                [
                    "--test",
                    "--test-reporter=junit",
                    $"--test-reporter-destination={report}",
                    "--test-reporter=spec",
                    "--test-reporter-destination=stdout",
                ],
                Path.Combine(root, "tests", name)
            ),
            report
        )
        {
            Packages = Path.Combine(root, "tests", name),
            NeedsBuild = name is Conformance,
        };
    }

    /// <summary>Runs the suite and keeps its output.</summary>
    /// <returns>
    /// The counts of the report; a suite that crashed without a failure in its report, or did not end, counts as one failure.
    /// </returns>
    public async Task<TestOutcome> RunAsync(IProcesses processes, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Report)!);
        File.Delete(Report);
        // A suite that is ended may still write while its output is read.
        var lines = new ConcurrentQueue<string>();
        var started = TimeProvider.System.GetTimestamp();
        var exitCode = await RunWithinAsync(processes, lines.Enqueue, cancellationToken);
        var outcome = File.Exists(Report) ? Read(XDocument.Load(Report)) : new TestOutcome(Name, 0, 0, 0);
        // A crash after or before the tests must not pass as "no failures".
        if (exitCode != 0 && outcome.Failed == 0)
            outcome = outcome with { Failed = 1 };
        return outcome with { Output = [.. lines], Duration = TimeProvider.System.GetElapsedTime(started) };
    }

    private async Task<int> RunWithinAsync(IProcesses processes, Action<string> onLine, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(Longest);
        try
        {
            return await processes.RunAsync(Process, onLine, limited.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            onLine($"{Name} was ended, because it did not end within {Longest.TotalMinutes:0.##} min.");
            return 1;
        }
    }

    private TestOutcome Read(XDocument report)
    {
        var outcome = new TestOutcome(Name, 0, 0, 0);
        // Suites may be nested, and an outer suite counts the tests of the inner ones, so the tests themselves are counted.
        foreach (var test in report.Descendants("testcase"))
        {
            outcome =
                test.Elements().Any(element => element.Name.LocalName is "failure" or "error")
                    ? outcome with
                    {
                        Failed = outcome.Failed + 1,
                    }
                : test.Element("skipped") is not null ? outcome with { Skipped = outcome.Skipped + 1 }
                : outcome with { Passed = outcome.Passed + 1 };
        }

        return outcome;
    }
}
