using System.Net;
using System.Text.RegularExpressions;

namespace Reports.Tests;

public partial class MarkdownTests
{
    public static TheoryData<string> Texts => [.. Hostile.Texts];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Escape_LeavesNoMarkup(string text)
    {
        var escaped = Markdown.Escape(text);

        Assert.DoesNotMatch(Markup(), References().Replace(escaped, ""));
        Assert.DoesNotContain(escaped, letter => char.IsControl(letter));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Escape_LeavesNothingThatAHostTurnsIntoALink(string text)
    {
        // Hosts look for mentions and references in the rendered text, where the character references are characters again.
        var rendered = WebUtility.HtmlDecode(Markdown.Escape(text));

        Assert.DoesNotMatch(Links(), rendered);
    }

    [Theory]
    [InlineData("pothole", "pothole")]
    [InlineData("Benzene(C6H6)", "Benzene&#40;C6H6&#41;")]
    [InlineData("photo 1.png", "photo 1.png")]
    [InlineData("a|b", "a&#124;b")]
    [InlineData("@team", "&#64;\u200Bteam")]
    [InlineData("fixes #1", "fixes &#35;\u200B1")]
    [InlineData("a\n\n# b", "a &#35;\u200B b")]
    [InlineData("1. x", "1&#46; x")]
    [InlineData("GH-1", "GH&#45;\u200B1")]
    [InlineData("x\u202Egnp.exe", "xgnp.exe")]
    [InlineData("\u05D0", "\u2068\u05D0\u2069")]
    [InlineData("c885bb6", "c885bb\u200B6")]
    [InlineData(null, "")]
    public void Escape_ShowsTheText(string? text, string expected) => Assert.Equal(expected, Markdown.Escape(text));

    [Fact]
    public void Escape_ShortensALongText()
    {
        Assert.Equal(new string('x', 160) + "…", Markdown.Escape(Hostile.Long));
        Assert.Equal("xxxxx…", Markdown.Escape(Hostile.Long, 5));
    }

    [GeneratedRegex(@"&#[0-9]+;", RegexOptions.None, 1000)]
    private static partial Regex References();

    [GeneratedRegex(@"[<>\[\]()`*_~|\\#@!{}$=+&:]|^\s*([-+>]|[0-9]+[.)])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Markup();

    [GeneratedRegex(@"@\w|#\d|\bGH-\d|!\d|://|www\.\w|:\w|\b[0-9a-f]{7,40}\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Links();
}
