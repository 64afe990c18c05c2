using Datasets.Checks;
using Experiments.Model;
using Experiments.Planning;

namespace Datasets.Tests;

/// <summary>Reads datasets, and returns faults in place of an exception.</summary>
internal static class Answers
{
    public static async Task<(IReadOnlyList<string> Faults, DatasetSummary? Summary)> ReadAsync(
        IDatasetSource source,
        string trainCsv,
        string testCsv,
        DataSettings settings
    )
    {
        try
        {
            var stop = TestContext.Current.CancellationToken;
            return ([], await DatasetReader.ReadAsync(source, trainCsv, testCsv, settings, withHash: true, stop));
        }
        catch (DatasetException error)
        {
            return ([.. error.Faults.Select(fault => fault.ToString())], null);
        }
    }
}
