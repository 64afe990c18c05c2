using Fixtures;
using Images.Inputs;

namespace Images.Tests.Inputs;

public sealed class DockerIgnoreTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(IgnoreCase.Names), MemberType = typeof(IgnoreCase))]
    public void Read_ReturnsTheFilesThatAreNotIgnored(string name)
    {
        var rules = IgnoreCase.Find(name);
        foreach (var file in IgnoreCase.Tree)
            folder.Write("context/" + file, file);
        folder.Write("context/.dockerignore", rules.Rules);
        folder.Write("context/Dockerfile", "FROM scratch\n");

        var inputs = ImageInputs.Read(Path.Combine(folder.Root, "context"), "Dockerfile", new Dictionary<string, string>());

        Assert.Equal(
            rules.LeftFiles,
            inputs.Files.Select(file => file.Path).Where(path => path is not ".dockerignore" and not "Dockerfile")
        );
    }

    [Theory]
    [InlineData("!", "ignore(1): ! names nothing; it must be a pattern.")]
    [InlineData("a\n![b", "ignore(2): ![b opens a bracket that is not closed, or closed empty; it must be a list of characters, as [a-z].")]
    [InlineData("[]", "ignore(1): [] opens a bracket that is not closed, or closed empty; it must be a list of characters, as [a-z].")]
    [InlineData("[^]", "ignore(1): [^] opens a bracket that is not closed, or closed empty; it must be a list of characters, as [a-z].")]
    [InlineData("a\\", @"ignore(1): a\ ends in a backslash; a character must follow it.")]
    [InlineData(
        "[\n!",
        "ignore(1): [ opens a bracket that is not closed, or closed empty; it must be a list of characters, as [a-z].\n"
            + "ignore(2): ! names nothing; it must be a pattern."
    )]
    public void Parse_NamesEveryLineThatIsNoPattern(string text, string message)
    {
        var error = Assert.Throws<FormatException>(() => DockerIgnore.Parse(text, "ignore"));

        Assert.Equal(message, error.Message);
    }

    [Theory]
    [InlineData("*\n!src/training/detection", "src", true)]
    [InlineData("*\n!src/training/detection", "src/training", true)]
    [InlineData("*\n!src/training/detection", "src/train", false)]
    [InlineData("*\n!src/training/detection", "node_modules", false)]
    [InlineData("*\n!src/training/detection", "src/training/detection/models", true)]
    public void Enters_OnlyFoldersThatMayHoldAFile(string rules, string path, bool enters) =>
        Assert.Equal(enters, DockerIgnore.Parse(rules).Enters(path));
}
