using Build.CommandLine;
using Build.CommandLine.Groups;
using Cake.Core;
using Experiments.Model;
using Experiments.Plans.Jobs;
using Images.Docker;

namespace Build.Sessions;

/// <summary>Decides what runs the job, with the reason.</summary>
public sealed class RuntimeChoice(CommandArguments arguments)
{
    /// <summary>
    /// Decides for the emulator: the value of <c>--runtime</c>, else containers where an engine and the registry respond, else processes.
    /// </summary>
    /// <exception cref="CakeException"><c>--runtime</c> is given for Azure.</exception>
    public async Task<RuntimePlan> DecideAsync(BuildContext context, EnvironmentConfig environment)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(environment);
        var requested = arguments.Get(PlanningArguments.Runtime);
        if (environment.Endpoint is null)
        {
            return requested is null
                ? new(JobRuntime.Azure, "the workspace is in Azure")
                : throw new CakeException(
                    $"--runtime is \"{requested}\"; it must be left out for a workspace in Azure, which always runs images."
                );
        }

        return requested switch
        {
            "process" => new(JobRuntime.Process, "--runtime asks for it"),
            "docker" when EngineProbe.FindFaultOfAddress(context.Environment.GetEnvironmentVariable) is { } fault =>
                throw new CakeException($"--runtime is \"docker\", and {fault} Or run jobs without containers: --runtime=process"),
            "docker" => new(JobRuntime.Docker, "--runtime asks for it"),
            _ => await ProbeAsync(context, environment),
        };
    }

    private static async Task<RuntimePlan> ProbeAsync(BuildContext context, EnvironmentConfig environment)
    {
        var engine = EngineProbe.Address(context.Environment.GetEnvironmentVariable);
        if (await EngineProbe.FindFaultAsync(engine, context.Cancellation) is { } engineFault)
            return new(JobRuntime.Process, $"the Docker engine at {EngineProbe.Shown(engine)} {engineFault}");
        if (await EngineProbe.FindRegistryFaultAsync(environment.Registry, context.Cancellation) is { } registryFault)
            return new(JobRuntime.Process, $"a Docker engine responds, but registry {environment.Registry} {registryFault}");
        return new(JobRuntime.Docker, $"the Docker engine at {engine} and registry {environment.Registry} respond");
    }
}
