using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fixtures.Services;

/// <summary>Compares a whole request body with its file.</summary>
public static class ExpectedRequest
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Matches(string file, string body)
    {
        var expected = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Requests", file));
        Assert.Equal(Format(expected), Format(body));
    }

    // The order of members has no meaning in JSON.
    private static string Format(string json) => JsonSerializer.Serialize(Sort(JsonNode.Parse(json)), Indented);

    private static JsonNode? Sort(JsonNode? node) =>
        node switch
        {
            JsonObject members => new JsonObject(
                members
                    .OrderBy(member => member.Key, StringComparer.Ordinal)
                    .Select(member => KeyValuePair.Create(member.Key, Sort(member.Value)))
            ),
            JsonArray items => new JsonArray([.. items.Select(Sort)]),
            _ => node?.DeepClone(),
        };
}
