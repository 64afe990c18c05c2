using Experiments.Reading;

namespace Experiments.Tests;

public class PlaceholdersTests
{
    private static readonly string Configuration = Path.Combine(AppContext.BaseDirectory, "repository", "configuration");

    [Theory]
    [InlineData("your-workspace", true)]
    [InlineData("repo:your-organisation@your-organisation-id/x:pull_request", true)]
    [InlineData("yourstorageaccount", true)]
    [InlineData("11111111-1111-1111-1111-111111111111", true)]
    [InlineData("https://login.microsoftonline.com/22222222-2222-2222-2222-222222222222/v2.0", true)]
    [InlineData("00000000-0000-0000-0000-000000000000", false)]
    [InlineData("11111111-1111-1111-1111-111111111112", false)]
    [InlineData("yourcompany", false)]
    [InlineData("myour-group", false)]
    [InlineData("westeurope", false)]
    public void IsPlaceholder_KnowsTheValuesOfTheSamples(string text, bool expected) =>
        Assert.Equal(expected, Placeholders.IsPlaceholder(text));

    [Fact]
    public void Find_NamesEachPlaceholder_WithLineAndColumn()
    {
        var faults = Placeholders.Find(Path.Combine(Configuration, "dev_config.json"), "configuration/dev_config.json");

        Assert.Equal(
            [
                "configuration/dev_config.json(2,20): AML_TENANT_ID is \"11111111-1111-1111-1111-111111111111\"",
                "configuration/dev_config.json(3,26): AML_SUBSCRIPTION_ID is \"22222222-2222-2222-2222-222222222222\"",
                "configuration/dev_config.json(4,25): AML_RESOURCE_GROUP is \"your-resource-group\"",
                "configuration/dev_config.json(5,25): AML_WORKSPACE_NAME is \"your-workspace\"",
                "configuration/dev_config.json(12,18): DATASTORES.test_data.ACCOUNT is \"yourstorageaccount\"",
                "configuration/dev_config.json(13,20): DATASTORES.test_data.CONTAINER is \"your-container\"",
            ],
            faults.Select(fault => fault.ToString().Split("; it must be")[0])
        );
        Assert.All(faults, fault =>
            Assert.EndsWith(
                "it must be the value of your own environment, in place of the sample's.",
                fault.ToString(),
                StringComparison.Ordinal
            )
        );
    }

    [Fact]
    public void Find_FindsNothing_InTheConfigOfThisMachine() =>
        Assert.Empty(Placeholders.Find(Path.Combine(Configuration, "local_config.json"), "configuration/local_config.json"));
}
