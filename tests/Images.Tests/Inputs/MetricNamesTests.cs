using System.Reflection;
using Images.Inputs;

namespace Images.Tests.Inputs;

public class MetricNamesTests
{
    [Fact]
    public void Read_IsTheTrainersList()
    {
        var root = typeof(MetricNamesTests)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "RepositoryRoot")
            .Value!;

        var names = MetricNames.Read(root);

        Assert.Equal(("train_loss", "binary_f1"), (names[0], names[^1]));
        Assert.Contains("eval_AP50_<class>", names);
        Assert.Distinct(names);
    }

    [Theory]
    [InlineData("METRIC_NAMES = (\n    \"a\",\n    \"b\",\n)\n", "a b")]
    [InlineData("# Names.\r\nMETRIC_NAMES = (\r\n    \"a\",\r\n)\r\nOTHER = (\r\n    \"b\",\r\n)\r\n", "a")]
    public void Parse_ReadsTheTuple(string source, string expected) => Assert.Equal(expected.Split(' '), MetricNames.Parse(source));

    [Theory]
    [InlineData("")]
    [InlineData("METRIC_NAMES = ()")]
    [InlineData("METRIC_NAMES = tuple(names)")]
    [InlineData("METRIC_NAMES = (\n    \"a\" + SUFFIX,\n)")]
    public void Parse_Fails_WhenTheTupleIsNotPlain(string source) => Assert.Throws<FormatException>(() => MetricNames.Parse(source));
}
