using System.Runtime.CompilerServices;
using WorkspaceEmulator.Hosting;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Tests;

public class OperationsTableTests
{
    [Fact]
    public void Endpoints_NameTheirOperations_ExceptTheFallback()
    {
        var unnamed = OperationsTable
            .Endpoints()
            .Where(endpoint => endpoint.Metadata.GetMetadata<EmulatedOperation>() is null)
            .Select(endpoint => endpoint.RoutePattern.RawText);

        Assert.Equal(["/{**path}"], unnamed); // The fallback, which returns 501.
    }

    [Fact]
    public void Create_MatchesTheDocumentation()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "emulator.md"));

        Assert.Contains($"<!-- operations -->\n\n{OperationsTable.Create()}<!-- /operations -->", page, StringComparison.Ordinal);
    }

    private static string RepositoryRoot([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(file, "..", "..", ".."));
}
