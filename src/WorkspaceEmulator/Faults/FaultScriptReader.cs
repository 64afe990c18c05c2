using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WorkspaceEmulator.Wire.Patterns;

namespace WorkspaceEmulator.Faults;

/// <summary>Reads and validates a fault script, and reports all faults at once.</summary>
internal sealed partial class FaultScriptReader
{
    private const int LongestDelay = 600_000; // milliseconds
    private const int LongestCut = 16 * 1024 * 1024; // bytes, which are held until the response is complete

    private const int LongestPattern = 1000; // characters: every request is compared with every pattern

    private static readonly string[] Methods = ["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD"];
    private static readonly string[] RequestEffects = ["status", "cut", "provisioning", "token"];
    private const int LongestGrace = 600_000;
    private static readonly string[] JobEffects = ["preempt", "log"];
    private static readonly string[] Effects = [.. RequestEffects, .. JobEffects];
    private static readonly string[] Keys =
    [
        "method",
        "path",
        "skip",
        "count",
        "status",
        "headers",
        "body",
        "cut",
        "delayMilliseconds",
        "provisioning",
        "token",
        "job",
        "perJob",
        "preempt",
        "log",
    ];

    private readonly string source;
    private readonly List<string> faults = [];

    private FaultScriptReader(string source) => this.source = source;

    [GeneratedRegex(@"^[!#$%&'*+.^_`|~0-9A-Za-z-]+\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HeaderName();

    /// <summary>Reads a script.</summary>
    /// <param name="utf8">Its text, with or without a byte order mark.</param>
    /// <param name="source">Its name in the faults: a file, or the body of a request.</param>
    /// <returns>Either the script or every fault found.</returns>
    public static (FaultScript? Script, IReadOnlyList<string> Faults) Read(ReadOnlySpan<byte> utf8, string source)
    {
        if (utf8.StartsWith(Encoding.UTF8.Preamble))
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        LocatedJson root;
        try
        {
            root = LocatedJson.Read(utf8);
        }
        catch (JsonException error)
        {
            return (
                null,
                [
                    $"{source}:{error.LineNumber + 1}:{error.BytePositionInLine + 1}: the text is not JSON here; it must be an object in "
                        + $"braces, such as {{\"rules\": []}}.",
                ]
            );
        }
        catch (InvalidOperationException)
        {
            return (null, [$"{source}: the text is not UTF-8; it must be. Save it as UTF-8."]);
        }

        var reader = new FaultScriptReader(source);
        var script = reader.ReadScript(root);
        return reader.faults.Count > 0 ? (null, reader.faults) : (script, []);
    }

    private FaultScript ReadScript(LocatedJson root)
    {
        if (!IsObject(root, "the script"))
            return FaultScript.Empty;
        CheckNames(root, "", ["rules"]);
        if (root.Find("rules") is not { } rules)
        {
            Add(root, "rules is missing; it must be an array of rules, which may be empty.");
            return FaultScript.Empty;
        }

        if (rules.Kind != JsonValueKind.Array)
            Add(rules, $"rules is {rules.Shown}; it must be an array of rules.");
        return new([.. rules.Items.Select((rule, index) => ReadRule(rule, $"rules[{index}]"))]);
    }

    private FaultRule ReadRule(LocatedJson rule, string at)
    {
        if (!IsObject(rule, at))
            return new(null, null, null, 0, null, TimeSpan.Zero, null, []);
        CheckNames(rule, at + ".", Keys);
        var isAboutJobs = rule.Find("job") is not null;
        var effects = rule
            .Members.Where(member => Effects.Contains(member.Name, StringComparer.Ordinal))
            .DistinctBy(member => member.Name, StringComparer.Ordinal)
            .ToList();
        foreach (var (name, line, column, _) in rule.Members)
        {
            var isOfJobs = name is "job" or "perJob" or "preempt" or "log";
            if (isAboutJobs && !isOfJobs && name is not ("skip" or "count") && Keys.Contains(name, StringComparer.Ordinal))
            {
                Add(
                    line,
                    column,
                    $"{at}.{name} is given beside job; it must be in a rule with path, as a rule is about requests or about jobs."
                );
            }
            else if (!isAboutJobs && isOfJobs)
            {
                Add(
                    line,
                    column,
                    $"{at}.{name} is given without job; it must be beside job, the name of a job or a pattern such as \"*\"."
                );
            }
            else if (name is "headers" or "body" && rule.Find("status") is null)
            {
                Add(
                    line,
                    column,
                    $"{at}.{name} is given without status; it must be beside status, as it belongs to the response of that status."
                );
            }
        }

        foreach (var (name, line, column, _) in effects.Skip(1))
            Add(line, column, $"{at}.{name} is given beside {effects[0].Name}; it must be the only one of {string.Join(", ", Effects)}.");
        if (!isAboutJobs && rule.Find("path") is null)
            Add(rule, $"{at} has neither path nor job; it must have one of them.");
        if (effects.Count == 0 && rule.Find("delayMilliseconds") is null)
        {
            Add(
                rule,
                $"{at} does nothing; it must have one of {string.Join(", ", RequestEffects.Append("delayMilliseconds"))} or, beside job, "
                    + $"{string.Join(" or ", JobEffects)}."
            );
        }

        return new(
            ReadMethod(rule, at),
            ReadPath(rule, at),
            ReadJob(rule, at),
            Whole(rule, at, "skip", 0, int.MaxValue) ?? 0,
            Whole(rule, at, "count", 1, int.MaxValue),
            TimeSpan.FromMilliseconds(Whole(rule, at, "delayMilliseconds", 1, LongestDelay) ?? 0),
            ReadEffect(rule, at),
            (JsonObject)rule.ToNode()!
        )
        {
            IsPerJob = Truth(rule, at, "perJob"),
        };
    }

    private string? ReadMethod(LocatedJson rule, string at)
    {
        if (rule.Find("method") is not { } method)
            return null;
        if (method.Kind == JsonValueKind.String && Methods.Contains(method.Text, StringComparer.OrdinalIgnoreCase))
            return method.Text.ToUpperInvariant();
        Add(method, $"{at}.method is {method.Shown}; it must be one of {string.Join(", ", Methods)}.");
        return null;
    }

    private WildcardPattern? ReadPath(LocatedJson rule, string at)
    {
        if (rule.Find("path") is not { } path)
            return null;
        if (path.Kind == JsonValueKind.String && path.Text is ['/' or '*', ..] && !path.Text.Contains('?', StringComparison.Ordinal))
            return Pattern(path, $"{at}.path");
        Add(path, $"{at}.path is {path.Shown}; it must be a path without its query that begins with / or *, such as \"**/jobs/*\".");
        return null;
    }

    private WildcardPattern? ReadJob(LocatedJson rule, string at)
    {
        if (rule.Find("job") is not { } job)
            return null;
        if (job.Kind == JsonValueKind.String && job.Text.Length > 0)
            return Pattern(job, $"{at}.job");
        Add(job, $"{at}.job is {job.Shown}; it must be the name of a job or a pattern such as \"*\".");
        return null;
    }

    private WildcardPattern? Pattern(LocatedJson pattern, string at)
    {
        if (pattern.Text.Length <= LongestPattern)
            return WildcardPattern.OfPath(pattern.Text);
        Add(pattern, $"{at} has {pattern.Text.Length} characters; it must have at most {LongestPattern}.");
        return null;
    }

    private FaultEffect? ReadEffect(LocatedJson rule, string at)
    {
        if (rule.Find("status") is not null)
            return ReadAnswer(rule, at);
        if (rule.Find("cut") is { } cut)
            return ReadCut(cut, rule, at);
        if (rule.Find("token") is { } token)
        {
            if (token.Kind != JsonValueKind.String || token.Text != "expired")
                Add(token, $"{at}.token is {token.Shown}; it must be \"expired\".");
            return new ExpiredToken();
        }

        if (rule.Find("provisioning") is { } provisioning)
        {
            if (!IsObject(provisioning, $"{at}.provisioning"))
                return null;
            CheckNames(provisioning, $"{at}.provisioning.", ["code", "message"]);
            return new FailedProvisioning(
                new(Required(provisioning, $"{at}.provisioning", "code"), Required(provisioning, $"{at}.provisioning", "message"))
            );
        }

        if (rule.Find("preempt") is { } preempt)
            return ReadPreemption(preempt, $"{at}.preempt");
        if (rule.Find("log") is not { } log || !IsObject(log, $"{at}.log"))
            return null;
        CheckNames(log, $"{at}.log.", ["rotateAtBytes"]);
        if (log.Find("rotateAtBytes") is null)
            Add(log, $"{at}.log.rotateAtBytes is missing; it must be the number of bytes at which the log is rotated.");
        return new LogRotation(Whole(log, $"{at}.log", "rotateAtBytes", 1, int.MaxValue) ?? 1);
    }

    private ScriptedResponse ReadAnswer(LocatedJson rule, string at)
    {
        var status = Whole(rule, at, "status", 200, 599) ?? 500;
        var body = rule.Find("body");
        if (body is not null && body.Kind is not (JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.String))
            Add(body, $"{at}.body is {body.Shown}; it must be an object or array, sent as JSON, or a text, sent as it is.");
        if (body is not null && status is 204 or 205 or 304)
            Add(body, $"{at}.body is given beside status {status}; it must be left out, as a response of that status has none.");

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (rule.Find("headers") is { } given && IsObject(given, $"{at}.headers"))
        {
            CheckDoubles(given, $"{at}.headers.");
            foreach (var (name, line, column, value) in given.Members)
            {
                if (
                    !HeaderName().IsMatch(name)
                    || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
                    || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)
                )
                {
                    Add(
                        line,
                        column,
                        $"{at}.headers has \"{name}\"; it must be the name of a header that does not say how long the body is."
                    );
                }

                if (value.Kind != JsonValueKind.String || !value.Text.All(c => c is >= ' ' and <= '~'))
                    Add(value, $"{at}.headers.{name} is {value.Shown}; it must be a text of printable ASCII characters.");
                headers[name] = value.Text;
            }
        }

        return new(status, headers, body?.ToNode());
    }

    private FaultEffect? ReadCut(LocatedJson cut, LocatedJson rule, string at)
    {
        if (cut is { Kind: JsonValueKind.String, Text: "before" or "after" })
            return new CutConnection(cut.Text == "after");
        if (cut.Kind == JsonValueKind.Number)
            return Whole(rule, at, "cut", 0, LongestCut) is { } bytes ? new CutResponse(bytes) : null;
        Add(
            cut,
            $"{at}.cut is {cut.Shown}; it must be \"before\", \"after\", or the number of bytes of the response body after which the "
                + "connection is cut."
        );
        return null;
    }

    private FaultEffect? ReadPreemption(LocatedJson preempt, string at)
    {
        if (!IsObject(preempt, at))
            return null;
        CheckNames(preempt, $"{at}.", ["step", "logBytes", "graceMilliseconds"]);
        var (isStep, isBytes) = (preempt.Find("step") is not null, preempt.Find("logBytes") is not null);
        if (isStep == isBytes)
            Add(preempt, $"{at} has {(isStep ? "both step and logBytes" : "neither step nor logBytes")}; it must have one of them.");
        var step = Whole(preempt, at, "step", 0, int.MaxValue);
        var bytes = Whole(preempt, at, "logBytes", 0, int.MaxValue);
        var grace = TimeSpan.FromMilliseconds(Whole(preempt, at, "graceMilliseconds", 0, LongestGrace) ?? 0);
        return step is { } reached ? new PreemptionAtStep(reached) { Grace = grace } : new PreemptionAtLog(bytes ?? 0) { Grace = grace };
    }

    private string Required(LocatedJson json, string at, string name)
    {
        if (json.Find(name) is not { } value)
            Add(json, $"{at}.{name} is missing; it must be a text.");
        else if (value.Kind == JsonValueKind.String && value.Text.Length > 0)
            return value.Text;
        else
            Add(value, $"{at}.{name} is {value.Shown}; it must be a text.");
        return "";
    }

    private int? Whole(LocatedJson json, string at, string name, int minimum, int maximum)
    {
        if (json.Find(name) is not { } value)
            return null;
        if (
            value.Kind == JsonValueKind.Number
            && int.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= minimum
            && number <= maximum
        )
        {
            return number;
        }

        Add(
            value,
            $"{at}.{name} is {value.Shown}; it must be a whole number "
                + $"{(maximum == int.MaxValue ? $"of at least {minimum}" : $"from {minimum} to {maximum}")}."
        );
        return null;
    }

    private bool Truth(LocatedJson json, string at, string name)
    {
        if (json.Find(name) is not { } value)
            return false;
        if (value.Kind is not (JsonValueKind.True or JsonValueKind.False))
            Add(value, $"{at}.{name} is {value.Shown}; it must be true or false.");
        return value.Kind == JsonValueKind.True;
    }

    private bool IsObject(LocatedJson json, string at)
    {
        if (json.Kind != JsonValueKind.Object)
            Add(json, $"{at} is {json.Shown}; it must be an object.");
        return json.Kind == JsonValueKind.Object;
    }

    private void CheckNames(LocatedJson json, string prefix, string[] known)
    {
        CheckDoubles(json, prefix);
        foreach (var (name, line, column, _) in json.Members.Where(member => !known.Contains(member.Name, StringComparer.Ordinal)))
            Add(line, column, $"{prefix}{name} is not known; it must be {(known.Length == 1 ? "" : "one of ")}{string.Join(", ", known)}.");
    }

    private void CheckDoubles(LocatedJson json, string prefix)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, line, column, _) in json.Members.Where(member => !seen.Add(member.Name)))
            Add(line, column, $"{prefix}{name} is given twice; it must be given once.");
    }

    private void Add(LocatedJson json, string text) => Add(json.Line, json.Column, text);

    private void Add(int line, int column, string text) => faults.Add($"{source}:{line}:{column}: {text}");
}
