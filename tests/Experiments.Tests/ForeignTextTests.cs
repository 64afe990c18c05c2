using Experiments.Text;

namespace Experiments.Tests;

/// <summary>A command for an agent must not survive, in any disguise. Other text must.</summary>
public sealed class ForeignTextTests
{
    [Theory]
    [InlineData("##vso[task.setvariable variable=x]1", @"##\vso[task.setvariable variable=x]1")]
    [InlineData("epoch 1 ##vso[task.complete result=Failed;]", @"epoch 1 ##\vso[task.complete result=Failed;]")]
    [InlineData("##VSO[task.uploadfile]/etc/passwd", @"##\VSO[task.uploadfile]/etc/passwd")]
    [InlineData("##[add-mask]a", @"##\[add-mask]a")]
    [InlineData("a ##[error]b ##[group]c", @"a ##\[error]b ##\[group]c")]
    [InlineData("####[error]b", @"####\[error]b")]
    [InlineData("::add-mask::a", @"\::add-mask::a")]
    [InlineData("  \t::set-output name=x::y", "\\  \t::set-output name=x::y")]
    [InlineData("\u00a0::error::nbsp", "\\\u00a0::error::nbsp")]
    [InlineData("\u200b##vso[task.a]", @"##\vso[task.a]")]
    [InlineData("#\u200b#vso[task.a]", @"##\vso[task.a]")]
    [InlineData("##\u0000vso[task.a]", @"##\vso[task.a]")]
    [InlineData("##v\u00ads\u2060o\ufeff[task.a]", @"##\vso[task.a]")]
    [InlineData("#\u034f#[error]", "#\u034f#\\[error]")]
    [InlineData("##\ufe0fv\u180bso[task.a]", "##\\\ufe0fv\u180bso[task.a]")]
    [InlineData("##\u3164[error]", "##\\\u3164[error]")]
    [InlineData("#\u001b[31m#vso[task.a]", @"##\vso[task.a]")]
    [InlineData(":\u200d:error::x", @"\::error::x")]
    [InlineData("\u001b[1m::error::x", @"\::error::x")]
    public void Defuse_BreaksTheCommand_InEveryDisguise(string line, string expected) => Assert.Equal(expected, ForeignText.Defuse(line));

    [Theory]
    [InlineData("step 30/240  loss 0.812")]
    [InlineData("## vso is not a command, nor is # [x] or #1")]
    [InlineData("std::vector<int>::iterator")]
    [InlineData("Größe, 大きさ, e\u0301, \U0001F600")]
    [InlineData("tab\tand \\ backslash")]
    [InlineData("")]
    public void Defuse_ReturnsTheLine_WhenItHoldsNoCommand(string line) => Assert.Equal(line, ForeignText.Defuse(line));

    [Theory]
    [InlineData("\u001b[31mred\u001b[0m", "red")]
    [InlineData("\u001b]0;title\u0007text", "text")]
    [InlineData("\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\.", "link.")]
    [InlineData("\u001b]0;no end", "0;no end")]
    [InlineData("\u001b", "")]
    [InlineData("\u001b[", "")]
    [InlineData("a\bb\u007fc\u0085d", "abcd")]
    [InlineData("\u202egnp.exe", "gnp.exe")]
    [InlineData("a\u2028::error::b\u2029", "a::error::b")]
    public void StripControls_RemovesControlsOfATerminal(string line, string expected) =>
        Assert.Equal(expected, ForeignText.StripControls(line));

    [Fact]
    public void OneLine_And_Lines_ConvertEachLine()
    {
        const string Text = "a\u001b[1m\r\n\u200b##vso[task.complete]\rc";

        Assert.Equal("a ##vso[task.complete] c", ForeignText.OneLine(Text));
        Assert.Equal("a\n##vso[task.complete]\nc", ForeignText.StripLines(Text));
        Assert.Equal("a\n##\\vso[task.complete]\nc", ForeignText.DefuseLines(Text));
    }

    [Fact]
    public void StripControls_ReplacesLoneSurrogates() => Assert.Equal("\ufffdx\ufffd", ForeignText.StripControls("\ud800x\udc00"));

    [Fact]
    public void Defuse_LeavesNoMarker_InRandomMixturesOfItsParts()
    {
        string[] parts =
        [
            "#",
            "##",
            "[",
            "vso[",
            "v",
            "so",
            "::",
            ":",
            " ",
            "\u200b",
            "\u034f",
            "\u001b[0m",
            "\ufe0f",
            "x",
            "]",
            "\t",
            "\u00a0",
        ];
        var random = new Random(7);
        for (var round = 0; round < 20_000; round++)
        {
            var line = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => parts[random.Next(parts.Length)]));
            var defused = ForeignText.Defuse(line);
            var seen = string.Concat(defused.Where(character => character is not ('\u200b' or '\u034f' or '\ufe0f')));
            Assert.DoesNotContain("##[", seen, StringComparison.Ordinal);
            Assert.DoesNotContain("##vso[", seen, StringComparison.OrdinalIgnoreCase);
            Assert.False(seen.TrimStart().StartsWith("::", StringComparison.Ordinal), $"{line} became {defused}");
            Assert.Equal(defused, ForeignText.Defuse(defused));
        }
    }
}
