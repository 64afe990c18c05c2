using System.Text.Json.Nodes;

namespace Fixtures.CodeHosts;

/// <summary>The response of a code host.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The body.</param>
public sealed record HostAnswer(int Status, string Body)
{
    public string ContentType { get; init; } = "application/json; charset=utf-8";

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public static HostAnswer Json(int status, JsonNode body) => new(status, body.ToJsonString());
}
