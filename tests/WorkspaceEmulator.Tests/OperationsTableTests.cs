using System.Runtime.CompilerServices;
using WorkspaceEmulator.Hosting;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Tests;

public class OperationsTableTests
{
    [Fact]
    public void Endpoints_NameTheirOperations_ExceptTheFallbacks()
    {
        var unnamed = OperationsTable
            .Endpoints()
            .Where(endpoint => endpoint.Metadata.GetMetadata<EmulatedOperation>() is null)
            .Select(endpoint => endpoint.RoutePattern.RawText);

        // The fallbacks, which return 501: in ARM's form, and in MLflow's.
        Assert.Equal(["/{**path}", $"/mlflow/{{version}}{Routes.Workspace}/api/2.0/mlflow/{{**path}}"], unnamed);
    }

    [Fact]
    public void Create_MatchesTheDocumentation()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "emulator.md"));

        Assert.Contains($"<!-- operations -->\n\n{OperationsTable.Create()}<!-- /operations -->", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Endpoints_AreThoseOfTheCoverageTable()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "emulator.md"));
        var rows = page.Split("<!-- coverage -->")[1]
            .Split("<!-- /coverage -->")[0]
            .Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal));
        var emulated = OperationsTable
            .Endpoints()
            .Select(endpoint => endpoint.Metadata.GetMetadata<EmulatedOperation>()?.Name)
            .ToHashSet(StringComparer.Ordinal);

        var wrong = rows.Skip(1)
            .Select(row => row.Split('|', StringSplitOptions.TrimEntries))
            .SelectMany(cells =>
                Names(cells[1], cells[2]).Where(name => !emulated.Contains(name)).Concat(Names(cells[1], cells[3]).Where(emulated.Contains))
            )
            .ToList();

        Assert.Empty(wrong); // python3 docs/emulator_coverage.py FOLDER writes the table.

        static IEnumerable<string> Names(string group, string cell) =>
            cell.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(name => $"{group}_{name}");
    }

    private static string RepositoryRoot([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(file, "..", "..", ".."));
}
