using Build.LocalRuntime;
using Cake.Core;
using Reports.Building;
using Reports.Reading;

namespace Build.Sessions.Reports;

/// <summary>Compares the predictions of two runs by <c>python -m detection compare</c>, which needs only numpy.</summary>
public sealed class PairedComparison(PythonRuntime python, IProcesses processes)
{
    /// <summary>Compares two runs whose artifacts are here.</summary>
    /// <returns>The comparison, or the reason why the runs were not compared.</returns>
    public async Task<Comparison> RunAsync(BuildContext context, RunFacts run, RunFacts baseline)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(baseline);
        var output = Path.Combine(context.ArtifactsFolder, run.Job, "comparison.json");
        PythonInterpreter interpreter;
        try
        {
            interpreter = await python.EnsureNumpyAsync(context);
        }
        catch (CakeException error)
        {
            return Comparison.Unpaired($"this machine has no Python with numpy: {error.Message.TrimEnd('.')}");
        }

        File.Delete(output);
        var lines = new List<string>();
        var program = interpreter.Trainer(
            context.Root,
            "compare",
            "--current",
            run.Artifacts.Folder,
            "--baseline",
            baseline.Artifacts.Folder,
            "--output",
            output
        );
        var exitCode = await processes.RunAsync(program, lines.Add, context.Cancellation);
        return exitCode == 0
            ? Comparison.Read(output)
            : Comparison.Unpaired($"the comparison exited with code {exitCode}: {lines.LastOrDefault()}");
    }
}
