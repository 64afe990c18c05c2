using Experiments.Schema;

namespace Experiments.Tests;

public class GeneratedFilesTests
{
    private const string Refresh = "is stale: run dotnet cake --target=Build and commit what it writes";

    [Fact]
    public void Schema_IsTheOneOfTheRecords() =>
        Assert.True(
            ExperimentSchema.Generate() == Repository.Read("exp_configs/exp_config.schema.json"),
            $"exp_configs/exp_config.schema.json {Refresh}"
        );

    [Fact]
    public void Reference_IsTheOneOfTheRecords() =>
        Assert.True(ExperimentReference.Generate() == Repository.Read("docs/exp_config.md"), $"docs/exp_config.md {Refresh}");
}
