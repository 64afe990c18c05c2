using Cake.Core;

namespace Build.LocalRuntime;

/// <summary>Runs the .NET command line.</summary>
public sealed class DotNet(IProcesses processes)
{
    /// <summary>The configuration that the targets Build and Test compile.</summary>
    /// <remarks>
    /// It differs from the configuration of the running host, which leaves the analyzers out and must not be overwritten.
    /// </remarks>
    public const string Configuration = "Debug";

    /// <summary>Compiles the whole solution.</summary>
    /// <exception cref="CakeException">The compilation failed.</exception>
    public Task BuildSolutionAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        string[] arguments =
        [
            "build",
            "ModelTraining.slnx",
            "--configuration",
            Configuration,
            "--nologo",
            "--verbosity",
            "quiet",
            "-nodeReuse:false",
        ];
        return processes.RunCheckedAsync(new ChildProcess("dotnet", arguments, context.Root), context.Cancellation);
    }
}
