using System.Text.Json.Nodes;
using Fixtures.Checkouts;

namespace Fixtures.Pipelines;

/// <summary>The workflows and pipelines of this repository, as tests/pipelines reads them.</summary>
public sealed class PipelineFiles : IAsyncLifetime
{
    private static readonly string Folder = Path.Combine(Checkout.Repository, "tests", "pipelines");

    /// <summary>Installs the packages of the reader, once.</summary>
    public async ValueTask InitializeAsync()
    {
        if (Directory.Exists(Path.Combine(Folder, "node_modules")))
            return;
        using var run = new HostRun("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], Folder);
        await run.EndAsync();
        Assert.True(run.ExitCode == 0, run.Output);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Reads the jobs that a platform would run.</summary>
    /// <param name="arguments">The arguments of steps.mjs.</param>
    /// <returns>Its output: the variables, and the jobs with their steps.</returns>
    public static async Task<JsonNode> ReadAsync(params string[] arguments)
    {
        using var run = new HostRun("node", [Path.Combine(Folder, "steps.mjs"), "--jobs", .. arguments], Folder);
        await run.EndAsync();
        Assert.True(run.ExitCode == 0, run.Output);
        return JsonNode.Parse(run.Output)!;
    }
}
