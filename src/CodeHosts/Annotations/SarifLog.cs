using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Experiments.Json;
using Experiments.Text;

namespace CodeHosts.Annotations;

/// <summary>Writes faults as SARIF 2.1.0, which code scanning of GitHub and the SARIF tab of Azure DevOps read.</summary>
public static class SarifLog
{
    /// <summary>The most results of a run that GitHub keeps; it drops the others.</summary>
    private const int MostResults = 5000;

    /// <summary>Returns the text of the file.</summary>
    /// <param name="version">The version of this program.</param>
    /// <param name="faults">The faults; none says that the check ran and found nothing.</param>
    public static string Write(string version, IReadOnlyList<CodeFault> faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        var driver = new JsonObject
        {
            ["name"] = "model-training Doctor",
            ["version"] = version,
            ["rules"] = new JsonArray([.. FaultRules.All.Select(Rule)]),
        };
        var run = new JsonObject
        {
            ["tool"] = new JsonObject { ["driver"] = driver },
            ["columnKind"] = "utf16CodeUnits",
            ["results"] = new JsonArray([.. faults.Take(MostResults).Select(Result)]),
        };
        var log = new JsonObject
        {
            ["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json",
            ["version"] = "2.1.0",
            ["runs"] = new JsonArray(run),
        };
        return log.ToJsonString(RecordJson.Options) + "\n";
    }

    private static JsonNode Rule((string Id, string Short, string Full, string Help) rule) =>
        new JsonObject
        {
            ["id"] = rule.Id,
            ["shortDescription"] = Text(rule.Short),
            ["fullDescription"] = Text(rule.Full),
            ["help"] = Text(rule.Help),
        };

    private static JsonNode Result(CodeFault fault)
    {
        var result = new JsonObject
        {
            ["ruleId"] = fault.Rule,
            ["ruleIndex"] = FaultRules.All.ToList().FindIndex(rule => rule.Id == fault.Rule),
            ["level"] = "error",
            ["message"] = Text(Escape(fault.Message)),
        };
        if (fault.File is { } file)
            result["locations"] = new JsonArray(Location(fault, file));
        result["partialFingerprints"] = new JsonObject { ["faultKey/v1"] = Fingerprint(fault) };
        return result;
    }

    private static JsonObject Location(CodeFault fault, string file)
    {
        var address = string.Join('/', file.Split('/').Select(Uri.EscapeDataString));
        var place = new JsonObject
        {
            ["artifactLocation"] = new JsonObject { ["uri"] = address, ["uriBaseId"] = "%SRCROOT%" },
        };
        if (fault.Line is { } line)
        {
            place["region"] = fault.Column is { } column
                ? new JsonObject { ["startLine"] = line, ["startColumn"] = column }
                : new JsonObject { ["startLine"] = line };
        }

        return new JsonObject { ["physicalLocation"] = place };
    }

    private static JsonObject Text(string text) => new() { ["text"] = text };

    // Braces are placeholders and square brackets links in a message of SARIF.
    private static string Escape(string text) =>
        ForeignText
            .StripLines(text)
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("{", "{{", StringComparison.Ordinal)
            .Replace("}", "}}", StringComparison.Ordinal)
            .Replace("[", "\\[", StringComparison.Ordinal)
            .Replace("]", "\\]", StringComparison.Ordinal);

    // The line may move without the fault becoming another one.
    private static string Fingerprint(CodeFault fault)
    {
        var identity = string.Join('\u001f', fault.Rule, fault.File, string.IsNullOrEmpty(fault.Key) ? fault.Message : fault.Key);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..32];
    }
}
