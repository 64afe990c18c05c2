using System.Text.Json;
using Datasets.Checks;
using Fixtures;

namespace Datasets.Tests;

public class AlikeNamesTests
{
    [Fact]
    public void Reduce_LeavesWhatTheSharedTableSays()
    {
        var rows = JsonSerializer.Deserialize<Table>(Repository.Read("tests/datasets/alike.json"), JsonSerializerOptions.Web)!.Rows;

        Assert.Equal(47, rows.Length);
        Assert.All(rows, row => Assert.Equal(row[1], AlikeNames.Reduce(row[0])));
    }

    private sealed record Table(string[][] Rows);
}
