using Build.LocalRuntime;
using Cake.Core;

namespace Build.Testing;

/// <summary>Checks layout, style and words of the repository, as the suite <c>house</c> of the tests does.</summary>
public sealed class StyleCheck(PythonRuntime runtime, IProcesses processes)
{
    /// <summary>Runs the checks.</summary>
    /// <exception cref="CakeException">A check failed; the log says which, and the command that fixes it.</exception>
    public async Task RunAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Say("Checking layout, style and words.");
        var python = await runtime.EnsureAsync(context, forTests: true);
        var outcome = await TestSuite.Pytest(context.Root, TestSuite.House).With(python).RunAsync(processes, context.Cancellation);
        foreach (var line in outcome.Failed > 0 ? outcome.Output : [])
            context.Say(line);
        if (outcome.Failed > 0)
            throw new CakeException($"{outcome.Failed} checks failed; the log above names each place and its fix.");
        context.Say($"{outcome.Passed} checks passed in {outcome.Duration.TotalSeconds:F0} s.");
    }
}
