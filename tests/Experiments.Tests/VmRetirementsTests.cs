using System.Text.Json.Nodes;
using Experiments.VmSizes;
using Fixtures;

namespace Experiments.Tests;

public class VmRetirementsTests
{
    private static readonly JsonNode Table = JsonNode.Parse(Repository.Read("src/Experiments/VmSizes/vm-retirements.json"))!;

    public static TheoryData<string, string> Successors =>
        [
            .. Table["series"]!
                .AsArray()
                .SelectMany(series => series!["successors"]!.AsObject())
                .Select(pair => (pair.Key, (string)pair.Value!)),
        ];

    [Theory]
    [MemberData(nameof(Successors))]
    public void Find_NamesASuccessorThatIsNotRetiredItself(string vmSize, string successor)
    {
        Assert.Equal(successor, VmRetirements.Find(vmSize, "westeurope")?.Successor);
        Assert.Null(VmRetirements.Find(successor, "westeurope"));
    }

    [Theory]
    [InlineData("NC", "2023-09-06")]
    [InlineData("NCv2", "2023-09-06")]
    [InlineData("NCv3", "2025-09-30")]
    [InlineData("ND", "2023-09-06")]
    [InlineData("NV", "2023-09-06")]
    [InlineData("NVv3", "2026-09-30")]
    [InlineData("NVv4", "2026-09-30")]
    [InlineData("NP", "2027-05-31")]
    public void Table_HoldsEverySeriesWithItsDateAndSource(string name, string date)
    {
        var series = Table["series"]!.AsArray().Single(series => (string?)series!["series"] == name)!;

        Assert.Equal(date, (string?)series["date"]);
        Assert.StartsWith("https://learn.microsoft.com/azure/virtual-machines/", (string?)series["source"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Standard_NC4as_T4_v3")]
    [InlineData("Standard_ND40rs_v2")]
    [InlineData("Standard_NC24ads_A100_v4")]
    public void Find_IsNull_WhenNoEndIsAnnounced(string vmSize) => Assert.Null(VmRetirements.Find(vmSize, "westeurope"));

    [Fact]
    public void Date_IsTheOneThatTheDocumentationNames() =>
        Assert.Contains($"as of {VmRetirements.Date:yyyy-MM-dd}", Repository.Read("docs/compute.md"), StringComparison.Ordinal);
}
