using System.Text.Json;
using System.Text.RegularExpressions;
using Experiments.Json;

namespace Experiments.Reading;

/// <summary>Finds values of the samples of this repository that were not replaced.</summary>
public static partial class Placeholders
{
    /// <summary>Returns whether a text is, or contains, a placeholder.</summary>
    /// <returns>
    /// True for <c>your-workspace</c>, <c>repo:your-organisation/…</c>, <c>yourstorageaccount</c>, and a GUID of one repeated digit that is
    /// not 0, such as <c>11111111-1111-1111-1111-111111111111</c>. The emulator's own ids have only zeros.
    /// </returns>
    public static bool IsPlaceholder(string text) => Form().IsMatch(text);

    /// <summary>Finds the placeholders of an environment config.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">The file as the user named it.</param>
    /// <returns>A fault with line and column for each.</returns>
    public static IReadOnlyList<ConfigFault> Find(string path, string source)
    {
        var unreadable = new List<ConfigFault>();
        var bytes = ConfigFile.Read(path, source, EnvironmentConfigReader.What, unreadable);
        // The reader of the file reports its other faults.
        return bytes is null || LocatedJson.Read(bytes, source, unreadable) is not { } root ? [] : [.. Find("", root)];
    }

    private static IEnumerable<ConfigFault> Find(string path, LocatedValue value) =>
        value.Kind switch
        {
            JsonValueKind.String when IsPlaceholder(value.Text) =>
            [
                new(value.Location, path, value.Shown, "the value of your own environment, in place of the sample's"),
            ],
            JsonValueKind.Array => value.Items.SelectMany((item, index) => Find($"{path}[{index}]", item)),
            _ => value.Members.SelectMany(member => Find(path.Length == 0 ? member.Key : $"{path}.{member.Key}", member.Value)),
        };

    [GeneratedRegex(
        @"(?<![A-Za-z0-9])your-[a-z]|^yourstorageaccount\z|"
            + @"(?<![0-9a-fA-F])(?<digit>[1-9a-fA-F])\k<digit>{7}(-\k<digit>{4}){3}-\k<digit>{12}(?![0-9a-fA-F])",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Form();
}
