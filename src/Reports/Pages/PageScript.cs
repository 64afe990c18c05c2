using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace Reports.Pages;

/// <summary>
/// Joins the figures of the studio to one script and one stylesheet, which report.html and data.html hold: a page that is opened as a file
/// cannot import modules. The trainer's package has a copy, which --target=Build writes.
/// </summary>
public static partial class PageScript
{
    private const string Entry = "components/page.js";
    private const string Chart = "vendor/uPlot.iife.min.js";

    /// <summary>The first line of both, for a reader of the trainer's copies.</summary>
    private const string Origin = "/* Joined from src/Studio/web by --target=Build. Edit the files there. */\n";

    /// <summary>Gets the script: the chart library, then each module as a function that returns its exports.</summary>
    public static string Script { get; } = Origin + JoinScript(Read);

    /// <summary>Gets the stylesheet.</summary>
    public static string Style { get; } =
        Origin + string.Join('\n', new[] { "vendor/uPlot.min.css", "components/figures.css", "components/page.css" }.Select(Read));

    /// <summary>Joins the modules that the entry imports, each after those that it imports itself.</summary>
    /// <param name="read">Returns the text of a file of the page.</param>
    internal static string JoinScript(Func<string, string> read)
    {
        var joined = new StringBuilder(read(Chart).TrimEnd()).Append("\n(() => {\n\"use strict\";\n");
        Append(joined, Entry, read, new Dictionary<string, string?>(StringComparer.Ordinal));
        var script = joined.Append("})();\n").ToString();
        if (script.Contains("</script", StringComparison.OrdinalIgnoreCase) || script.Contains("<!--", StringComparison.Ordinal))
            throw new InvalidOperationException("A module holds </script or <!--, which ends the script of a page.");
        return script;
    }

    private static string Append(StringBuilder joined, string path, Func<string, string> read, Dictionary<string, string?> names)
    {
        if (names.TryGetValue(path, out var known))
            return known ?? throw new InvalidOperationException($"{path} imports itself through another module.");
        names[path] = null;
        var exports = new List<string>();
        var body = From()
            .Replace(read(path), match =>
            {
                var module = Append(joined, Resolve(path, match.Groups["path"].Value), read, names);
                if (match.Groups["kind"].Value == "import")
                    return $"const {{{Renamed(match.Groups["names"].Value)}}} = {module};\n";
                exports.AddRange(Listed(match.Groups["names"].Value).Select(name => $"{name.As}: {module}.{name.Name}"));
                return "";
            });
        body = Declared()
            .Replace(body, match =>
            {
                exports.Add(match.Groups["name"].Value);
                return match.Groups["rest"].Value;
            });
        body = ExportList()
            .Replace(body, match =>
            {
                exports.AddRange(Listed(match.Groups["names"].Value).Select(name => $"{name.As}: {name.Name}"));
                return "";
            });
        if (Leftover().IsMatch(body))
            throw new InvalidOperationException($"{path} has an import or an export that cannot be joined.");
        var own = $"module{names.Count(name => name.Value is not null)}";
        joined.Append($"const {own} = (() => {{\n{body.Trim()}\nreturn {{{string.Join(", ", exports)}}};\n}})();\n");
        return names[path] = own;
    }

    private static string Renamed(string names) =>
        string.Join(", ", Listed(names).Select(name => name.Name == name.As ? name.As : $"{name.Name}: {name.As}"));

    private static IEnumerable<(string Name, string As)> Listed(string names) =>
        names
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(name => name.Split(" as ", StringSplitOptions.TrimEntries))
            .Select(parts => (parts[0], parts[^1]));

    private static string Resolve(string from, string path)
    {
        var parts = from.Split('/').SkipLast(1).ToList();
        foreach (var part in path.Split('/'))
        {
            if (part == "..")
                parts.RemoveAt(parts.Count - 1);
            else if (part != ".")
                parts.Add(part);
        }

        return string.Join('/', parts);
    }

    private static string Read(string path)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("page/" + path)
            ?? throw new InvalidOperationException($"The assembly has no file page/{path}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    [GeneratedRegex(
        "^(?<kind>import|export) \\{(?<names>[^}]*)\\} from \"(?<path>\\.[^\"]+)\";\\n?",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex From();

    [GeneratedRegex(
        @"^export (?<rest>(async function|function|class|const) (?<name>\w+))",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Declared();

    [GeneratedRegex(@"\bexport ?\{(?<names>[^}]*)\};?\s*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ExportList();

    [GeneratedRegex(@"^(import|export)\b|[;}]export\b", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Leftover();
}
