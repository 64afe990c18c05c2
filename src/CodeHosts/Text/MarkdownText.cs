using System.Globalization;
using System.Text;
using Experiments.Text;

namespace CodeHosts.Text;

/// <summary>Writes text from outside into Markdown that GitHub and Azure DevOps render.</summary>
public static class MarkdownText
{
    private const int LongestCode = 300;

    /// <summary>
    /// Returns the text as inline code, where no host makes mentions, links, pictures, HTML or emphasis of it. It fits a table cell too, so
    /// that a bar becomes a broken bar.
    /// </summary>
    public static string Code(string? text)
    {
        var line = ForeignText.OneLine(text ?? "").Trim().Replace('`', '\'').Replace('|', '¦');
        if (line.Length > LongestCode)
            line = line[..LongestCode].TrimEnd('\\') + "…";
        return line.Length == 0 ? "–"
            : line.EndsWith('\\') ? $"`{line} `"
            : $"`{line}`";
    }

    /// <summary>Returns a link to a page; only the text as code when the address is not plain https.</summary>
    public static string Link(string text, string? address) => IsPlainAddress(address) ? $"[{Code(text)}]({address})" : Code(text);

    /// <summary>Returns a picture; an empty text when the address is not plain https.</summary>
    /// <param name="description">The description, which is reduced to harmless characters.</param>
    /// <param name="address">The address.</param>
    public static string Picture(string description, string? address) =>
        IsPlainAddress(address) ? $"![{SafeText.Show(description).Replace('_', '-')}]({address})" : "";

    /// <summary>Returns a number with at most four decimals; a dash when it is null.</summary>
    public static string Number(double? value) => value?.ToString("0.####", CultureInfo.InvariantCulture) ?? "–";

    /// <summary>Returns a table.</summary>
    /// <param name="headings">The headings, which this program wrote.</param>
    /// <param name="rows">The cells, which are Markdown already.</param>
    public static string Table(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        ArgumentNullException.ThrowIfNull(headings);
        ArgumentNullException.ThrowIfNull(rows);
        var table = new StringBuilder();
        table.Append(Row(headings)).Append(Row([.. headings.Select(_ => "---")]));
        foreach (var row in rows)
            table.Append(Row(row));
        return table.ToString();
    }

    /// <summary>
    /// Returns whether an address is https and has no character that ends or changes a link; query values may be secrets.
    /// </summary>
    public static bool IsPlainAddress(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && uri.Scheme == Uri.UriSchemeHttps
        && uri.UserInfo.Length == 0
        && Uri.IsWellFormedUriString(address, UriKind.Absolute)
        && address!.All(letter => char.IsAsciiLetterOrDigit(letter) || "-._~:/?#@!$&'*+,;=%".Contains(letter, StringComparison.Ordinal));

    private static string Row(IReadOnlyList<string> cells) => $"| {string.Join(" | ", cells)} |\n";
}
