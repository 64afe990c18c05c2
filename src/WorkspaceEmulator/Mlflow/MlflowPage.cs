using System.Globalization;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using MlflowResponse = Microsoft.AspNetCore.Http.HttpResults.Results<
    Microsoft.AspNetCore.Http.HttpResults.Ok<System.Text.Json.Nodes.JsonObject>,
    Microsoft.AspNetCore.Http.HttpResults.JsonHttpResult<System.Text.Json.Nodes.JsonObject>
>;

namespace WorkspaceEmulator.Mlflow;

/// <summary>Reads what MLflow's requests share, and creates pages of searches.</summary>
internal static class MlflowPage
{
    public static readonly IReadOnlyDictionary<string, string> NoTags = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Creates one page of a search; the token of the next is the number of items before it.</summary>
    public static MlflowResponse Create<T>(
        string member,
        IReadOnlyList<T> items,
        JsonNode? body,
        int preset,
        Func<T, JsonNode> render,
        int most = MlflowLimits.MostResults
    )
    {
        var (size, fault) = MlflowLimits.ReadSize(body, preset, most);
        if (fault is not null)
            return MlflowErrors.InvalidParameter(fault);
        var skip = Skip(body.Text("page_token"));
        var page = new JsonObject { [member] = items.Skip(skip).Take(size).Select(JsonNode? (item) => render(item)).ToJsonArray() };
        if ((long)skip + size < items.Count)
            page["next_page_token"] = (skip + size).ToString(CultureInfo.InvariantCulture);
        return TypedResults.Ok(page);
    }

    public static int Skip(string? token) => int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var skip) ? skip : 0;

    /// <summary>Reads the texts of an array; other members are left out.</summary>
    public static IReadOnlyList<string> Texts(JsonNode? body, string name) =>
        [
            .. (body.Array(name) ?? [])
                .Select(node => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null)
                .OfType<string>(),
        ];

    /// <summary>Reads pairs of key and value; the last of a key counts.</summary>
    public static Dictionary<string, string> Pairs(JsonArray? pairs)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs ?? [])
            texts[pair.Text("key") ?? ""] = pair.Text("value") ?? "";
        return texts;
    }
}
