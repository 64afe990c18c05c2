using System.Text.Json;
using Experiments.Json;

namespace Experiments.VmSizes;

/// <summary>The VM sizes that Azure has retired or will retire, from <c>vm-retirements.json</c>, which names its sources.</summary>
public static class VmRetirements
{
    private static readonly Lazy<Table> Known = new(Load);

    /// <summary>The day on which the table was last updated.</summary>
    public static DateOnly Date => Known.Value.Date;

    /// <summary>Returns the retirement of a size in a region.</summary>
    /// <param name="vmSize">As in <c>Standard_NC6</c>, in any case.</param>
    /// <param name="location">Region as in <c>westeurope</c>: some keep a series for longer.</param>
    /// <returns>Null when no end is announced.</returns>
    public static VmRetirement? Find(string vmSize, string location)
    {
        foreach (var series in Known.Value.Series)
        {
            if (series.Successors.Keys.FirstOrDefault(size => size.Equals(vmSize, StringComparison.OrdinalIgnoreCase)) is { } size)
            {
                return new(
                    size,
                    series.Series,
                    series.LaterIn?.TryGetValue(location, out var later) == true ? later : series.Date,
                    series.Successors[size]
                );
            }
        }
        return null;
    }

    private static Table Load()
    {
        using var stream = typeof(VmRetirements).Assembly.GetManifestResourceStream("vm-retirements.json")!;
        return JsonSerializer.Deserialize<Table>(stream, RecordJson.Options)!;
    }

    private sealed record Table(DateOnly Date, IReadOnlyList<Entry> Series);

    /// <param name="Series">Name of the series.</param>
    /// <param name="Date">Day of its retirement.</param>
    /// <param name="LaterIn">The day in regions that keep it for longer; null where there are none.</param>
    /// <param name="Successors">Its sizes, each with the one to use instead.</param>
    private sealed record Entry(string Series, DateOnly Date, Dictionary<string, DateOnly>? LaterIn, Dictionary<string, string> Successors);
}
