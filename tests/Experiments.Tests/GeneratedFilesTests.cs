using Experiments.Schema;
using Fixtures;

namespace Experiments.Tests;

public class GeneratedFilesTests
{
    private const string Refresh = "is stale: run dotnet cake --target=Build and commit what it writes";

    [Theory]
    [InlineData("exp_configs/exp_config.schema.json")]
    [InlineData("src/training/detection/config/exp_config.schema.json")]
    public void Schema_EqualsTheGeneratedOne(string path) =>
        Assert.True(ExperimentSchema.Generate() == Repository.Read(path), $"{path} {Refresh}");

    [Fact]
    public void Reference_EqualsTheGeneratedOne() =>
        Assert.True(ExperimentReference.Generate() == Repository.Read("docs/exp_config.md"), $"docs/exp_config.md {Refresh}");
}
