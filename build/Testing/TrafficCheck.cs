using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Build.LocalRuntime;

namespace Build.Testing;

/// <summary>
/// Validates the recorded traffic of the end-to-end suites' emulators against Microsoft's OpenAPI files, with the program that the
/// variable <c>TRAFFIC_CHECKER</c> names. Each suite records into its own files; the program starts slowly and runs once over all of them.
/// </summary>
/// <param name="checker">
/// Absolute path of a Node program. It reads a file of exchanges, one JSON object per line, and ends with
/// <c>N exchanges, M operations, F failed</c>.
/// </param>
/// <param name="reports">Absolute path of the folder of the test reports.</param>
public sealed partial class TrafficCheck(string checker, string reports)
{
    private const string Variable = "TRAFFIC_CHECKER";

    // The version of the OpenAPI files. The versions that the emulator serves agree in what is emulated, so all traffic is validated
    // against this one.
    private const string ApiVersion = "2024-10-01";

    private static readonly JsonSerializerOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private string Recordings => Path.Combine(reports, "traffic");

    /// <summary>Creates the check that the environment requests and deletes earlier recordings; null when it requests none.</summary>
    public static TrafficCheck? Find(string reports, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (environment(Variable) is not { Length: > 0 } checker)
            return null;
        var check = new TrafficCheck(Path.GetFullPath(checker), reports);
        if (Directory.Exists(check.Recordings))
            Directory.Delete(check.Recordings, recursive: true);
        return check;
    }

    /// <summary>Returns the suite with a variable that tells its emulators where to record.</summary>
    public TestSuite Watch(TestSuite suite)
    {
        ArgumentNullException.ThrowIfNull(suite);
        return suite.With(
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["TRAFFIC_FOLDER"] = Path.Combine(Recordings, suite.Name) }
        );
    }

    /// <summary>Runs the program on a file without exchanges, so that it installs what it needs while the suites run.</summary>
    public async Task PrepareAsync(IProcesses processes, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(reports);
        var file = Path.Combine(reports, "no-traffic.jsonl");
        await File.WriteAllTextAsync(file, "", cancellationToken);
        // It fails, because it found no exchange. What it could not install, it reports when it validates.
        await processes.RunAsync(new ChildProcess("node", [checker, file], reports), _ => { }, cancellationToken);
        File.Delete(file);
    }

    /// <summary>Validates all recorded exchanges.</summary>
    /// <returns>One failure per invalid exchange; null when nothing was recorded.</returns>
    public async Task<TestOutcome?> RunAsync(IProcesses processes, CancellationToken cancellationToken)
    {
        var exchanges = Directory.Exists(Recordings)
            ? Directory
                .EnumerateFiles(Recordings, "*.jsonl", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .SelectMany(Read)
                .ToList()
            : [];
        if (exchanges.Count == 0)
            return null;
        var file = Path.Combine(reports, "traffic.jsonl");
        await File.WriteAllLinesAsync(file, exchanges, cancellationToken);
        var lines = new List<string>();
        var started = TimeProvider.System.GetTimestamp();
        var exitCode = await processes.RunAsync(new ChildProcess("node", [checker, file], reports), lines.Add, cancellationToken);
        var failed = Summary().Match(lines.LastOrDefault() ?? "") is { Success: true } summary
            ? int.Parse(summary.Groups["failed"].Value, CultureInfo.InvariantCulture)
            : 1;
        if (exitCode != 0 && failed == 0)
            failed = 1;
        return new TestOutcome("traffic", failed == 0 ? 1 : 0, failed, 0)
        {
            Output = lines,
            Duration = TimeProvider.System.GetElapsedTime(started),
        };
    }

    /// <summary>Reads the complete lines of a recording: a killed emulator may have left the last line incomplete.</summary>
    private static IEnumerable<string> Read(string file)
    {
        var text = File.ReadAllText(file);
        foreach (var line in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var exchange = JsonNode.Parse(line)!;
            exchange["url"] = Version().Replace((string)exchange["url"]!, ApiVersion);
            yield return exchange.ToJsonString(Format);
        }
    }

    [GeneratedRegex(@"(?<=[?&]api-version=)\d{4}-\d{2}-\d{2}(-preview)?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();

    [GeneratedRegex(@"^\d+ exchanges, \d+ operations, (?<failed>\d+) failed", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Summary();
}
