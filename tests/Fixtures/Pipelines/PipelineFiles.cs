using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fixtures.Checkouts;

namespace Fixtures.Pipelines;

/// <summary>
/// The workflows and pipelines of this repository, as tests/pipelines reads them: one program reads for all tests of a suite.
/// </summary>
public sealed class PipelineFiles : IAsyncLifetime
{
    private static readonly string Folder = Path.Combine(Checkout.Repository, "tests", "pipelines");

    private static readonly SemaphoreSlim Turn = new(1, 1);

    private static Process? reader;

    /// <summary>Installs the packages of the reader, once.</summary>
    public async ValueTask InitializeAsync()
    {
        if (Directory.Exists(Path.Combine(Folder, "node_modules")))
            return;
        using var run = new HostRun("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], Folder);
        await run.EndAsync();
        Assert.True(run.ExitCode == 0, run.Output);
    }

    public async ValueTask DisposeAsync()
    {
        using var ended = reader;
        reader = null;
        if (ended is null)
            return;
        ended.StandardInput.Close();
        await ended.WaitForExitAsync();
    }

    /// <summary>Reads the jobs that a platform would run.</summary>
    /// <param name="arguments">The arguments of steps.mjs.</param>
    /// <returns>Its output: the variables, and the jobs with their steps.</returns>
    public static async Task<JsonNode> ReadAsync(params string[] arguments)
    {
        var stop = TestContext.Current.CancellationToken;
        await Turn.WaitAsync(stop);
        try
        {
            reader ??= StartReader();
            await reader.StandardInput.WriteLineAsync(JsonSerializer.Serialize<string[]>(["--jobs", .. arguments]));
            var read = JsonNode.Parse(await reader.StandardOutput.ReadLineAsync(stop) ?? """{"error":"steps.mjs ended"}""")!;
            Assert.True(read["error"] is null, (string?)read["error"]);
            return read;
        }
        finally
        {
            Turn.Release();
        }
    }

    private static Process StartReader() =>
        Process.Start(
            new ProcessStartInfo("node", [Path.Combine(Folder, "steps.mjs"), "--serve"])
            {
                WorkingDirectory = Folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
}
