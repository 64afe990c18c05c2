using System.Text.Json;
using System.Text.RegularExpressions;
using Experiments.Json;

namespace CodeHosts.Comments;

/// <summary>What a comment remembers, as a hidden line.</summary>
internal static class HiddenState
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>Returns the line, with its line end.</summary>
    /// <param name="name">The name of the state: letters.</param>
    /// <param name="state">Any value that JSON can hold.</param>
    /// <remarks>Base64 holds no character that ends the hidden comment, and is not mistaken for text.</remarks>
    public static string Write<T>(string name, T state) =>
        $"<!-- model-training:{name} {Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(state, RecordJson.Compact))} -->\n";

    /// <summary>Reads a state; the default when the text has none, or someone broke it.</summary>
    /// <param name="body">The text of the comment, with line ends of any kind.</param>
    /// <param name="name">The name of the state.</param>
    public static T? Read<T>(string body, string name)
    {
        var line = new Regex(
            $"^<!-- model-training:{name} (?<state>[A-Za-z0-9+/=]+) -->$",
            RegexOptions.Multiline | RegexOptions.ExplicitCapture,
            Limit
        );
        if (line.Match(body.ReplaceLineEndings("\n")) is not { Success: true } match)
            return default;
        try
        {
            return JsonSerializer.Deserialize<T>(Convert.FromBase64String(match.Groups["state"].Value), RecordJson.Compact);
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return default; // Someone edited the comment. The jobs are still in the workspace, under the same names.
        }
    }
}
