using Build;
using Build.Log;

// Escape sequences are for terminals; a pipeline's log and a file contain plain text.
if (Console.IsOutputRedirected)
    Environment.SetEnvironmentVariable("NO_COLOR", "1");

if (DirectStart.Take(ref args) is { } exitCodeOfStale)
    return exitCodeOfStale;

var completeOutputs = PipelineCommand.GuardOutputs();

var output = new FinalOutput();
var exitCode = BuildHost.Create(output).Run(args);
output.Write(Console.Out);
completeOutputs();
return exitCode;
