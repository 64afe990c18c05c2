using Experiments.Planning;
using Workspaces.Submissions;

namespace Workspaces.Tests.Submissions;

public sealed class SentJobTests
{
    [Theory]
    [InlineData("""{"EXP_NAME": "\ud800"}""")]
    [InlineData("""{"\udfff": 1}""")]
    [InlineData("""{"EXP_NAME": "a", "EXP_NAME": "b"}""")]
    [InlineData("[1]")]
    [InlineData("{")]
    public void Config_IsNull_WhenAVariableIsNoJsonThatCanBeRead(string text)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [JobMetadata.ExpConfigVariable] = text,
            [JobMetadata.PassportVariable] = text,
        };

        var sent = Sent(variables);

        Assert.Null(sent.Config);
        Assert.Null(sent.Passport);
    }

    [Fact]
    public void Config_IsTheObject_WhenItCanBeRead() =>
        Assert.Equal(
            "a",
            (string?)Sent(new(StringComparer.Ordinal) { [JobMetadata.ExpConfigVariable] = """{"EXP_NAME": "a"}""" }).Config!["EXP_NAME"]
        );

    private static SentJob Sent(Dictionary<string, string> variables) =>
        new("job", IsSweep: false, variables, Nodes: 1, new Dictionary<string, string>(StringComparer.Ordinal));
}
