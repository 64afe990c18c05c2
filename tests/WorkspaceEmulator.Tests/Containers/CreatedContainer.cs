using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace WorkspaceEmulator.Tests.Containers;

/// <summary>Normalizes the request that created a container: values that differ between runs become names.</summary>
internal static partial class CreatedContainer
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [GeneratedRegex("(?<=TOKEN=|TOKEN_EXPIRY=|EXPERIMENT_ID=)[0-9a-f-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Values();

    [GeneratedRegex("(?<=\"User\": \")[0-9]+:[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex User();

    public static string Normalize(JsonNode created, TestEmulator emulator)
    {
        var text = created
            .ToJsonString(Format)
            .Replace(emulator.Folder, "{state}", StringComparison.Ordinal)
            .Replace(emulator.Endpoint.Authority, "{authority}", StringComparison.Ordinal)
            .Replace($"host.docker.internal:{emulator.Endpoint.Port}", "{inside}", StringComparison.Ordinal);
        Assert.DoesNotContain("\"User\": \"0:", text, StringComparison.Ordinal);
        return User().Replace(Values().Replace(text, "{value}"), "{user}") + "\n";
    }
}
