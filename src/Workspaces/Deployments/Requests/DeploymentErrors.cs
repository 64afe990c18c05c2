using System.Text.Json;
using Azure;
using Workspaces.Http;

namespace Workspaces.Deployments.Requests;

/// <summary>Writes the errors of deployments in full: each error, and indented below it those that caused it.</summary>
internal static class DeploymentErrors
{
    private const int DeepestNesting = 10;

    /// <summary>Returns the lines of an error and of everything below it.</summary>
    public static IReadOnlyList<string> Lines(JsonElement error, int indent)
    {
        var lines = new List<string>();
        Add(lines, error, indent);
        return lines;
    }

    /// <summary>Returns the lines of the details of an error response; none when it has none.</summary>
    public static IReadOnlyList<string> Details(Response response)
    {
        if (response.ContentStream is not { CanSeek: true } || response.Content.ToMemory().IsEmpty)
            return [];
        try
        {
            using var body = JsonDocument.Parse(response.Content);
            return [.. DeploymentJson.Items(body.RootElement.Member("error"), "details").SelectMany(detail => Lines(detail, 1))];
        }
        catch (JsonException)
        {
            return []; // not a response of the service; its text is in the message already
        }
    }

    private static void Add(List<string> lines, JsonElement error, int indent)
    {
        if (error.ValueKind != JsonValueKind.Object || indent > DeepestNesting)
            return;
        var message = DeploymentJson.Text(error, "message") ?? "";
        var inner = AsError(message);
        var shown = inner.ValueKind == JsonValueKind.Undefined ? message.ReplaceLineEndings(" ").Trim() : "";
        var target = DeploymentJson.Text(error, "target") is { Length: > 0 } named ? $" [{named}]" : "";
        var code = DeploymentJson.Text(error, "code") ?? "Error";
        lines.Add($"{new string(' ', indent * 2)}{Secrets.Scrub(shown.Length == 0 ? code : $"{code}: {shown}")}{target}");
        Add(lines, inner, indent + 1);
        foreach (var detail in DeploymentJson.Items(error, "details"))
            Add(lines, detail, indent + 1);
    }

    // A provider's error often arrives as JSON in the message.
    private static JsonElement AsError(string message)
    {
        if (!message.TrimStart().StartsWith('{'))
            return default;
        try
        {
            using var body = JsonDocument.Parse(message);
            var error = body.RootElement.Member("error");
            return (error.ValueKind == JsonValueKind.Object ? error : body.RootElement).Clone();
        }
        catch (JsonException)
        {
            return default; // a message that happens to begin with a brace
        }
    }
}
