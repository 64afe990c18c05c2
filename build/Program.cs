using Build;
using Build.LocalRuntime;
using Build.Log;

// Escape sequences are for terminals; a pipeline's log and a file contain plain text.
if (Console.IsOutputRedirected)
    Environment.SetEnvironmentVariable("NO_COLOR", "1");

if (MachineCheck.FindFaultOfLimits() is { } fault)
{
    Console.Error.WriteLine($"Error: {fault}");
    return 1;
}

if (DirectStart.Take(ref args) is { } exitCodeOfStale)
    return exitCodeOfStale;

var completeOutputs = PipelineCommand.GuardOutputs();

var output = new FinalOutput();
var exitCode = BuildHost.Create(output).Run(args);
output.Write(Console.Out);
completeOutputs();
return exitCode != 0 && CancellationOnSignal.Happened ? CancellationOnSignal.ExitCode : exitCode;
