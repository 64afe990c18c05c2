namespace Experiments.Tests;

public class JobLimitsTests
{
    [Fact]
    public void Parse_NamesTheLimit_WhenTheDescriptionIsLongerThanATag() =>
        Assert.StartsWith(
            "exp_configs/demo.json(8,18): DESCRIPTION is a text of 200000 characters; it must be a string of at most 5000 characters, the "
                + "limit of MLflow for a tag.",
            ExperimentText.Faults(
                ExperimentText.With("\"IMAGE_TYPE\"", $"\"DESCRIPTION\": \"{new string('x', 200_000)}\",\n  \"IMAGE_TYPE\"")
            ),
            StringComparison.Ordinal
        );
}
