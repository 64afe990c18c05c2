using Cake.Core;
using Experiments.Model;
using Experiments.Plans.Jobs;

namespace Build.Docker;

/// <summary>Decides what will run the job, and says why that.</summary>
internal static class RuntimeChoice
{
    /// <summary>In the emulator's case: what <c>--runtime</c> says, else containers where an engine and the registry answer, else processes.</summary>
    /// <exception cref="CakeException"><c>--runtime</c> is neither, or given for Azure.</exception>
    public static async Task<RuntimePlan> DecideAsync(BuildContext context, EnvironmentConfig environment)
    {
        var asked = context.Value("runtime");
        if (environment.Endpoint is null)
        {
            return asked is null
                ? new(JobRuntime.Azure, "the workspace is in Azure")
                : throw new CakeException(
                    $"--runtime is \"{asked}\"; it must be left out for a workspace in Azure, which always runs images."
                );
        }

        if (asked is not null)
        {
            return asked switch
            {
                "process" => new(JobRuntime.Process, "--runtime asks for it"),
                "docker" => new(JobRuntime.Docker, "--runtime asks for it"),
                _ => throw new CakeException($"--runtime is \"{asked}\"; it must be process or docker."),
            };
        }

        var engine = EngineProbe.Address(System.Environment.GetEnvironmentVariable);
        if (await EngineProbe.FindFaultAsync(engine, context.Cancellation) is { } engineFault)
            return new(JobRuntime.Process, $"the Docker engine at {engine} {engineFault}");
        if (await EngineProbe.FindRegistryFaultAsync(environment.Registry, context.Cancellation) is { } registryFault)
            return new(JobRuntime.Process, $"a Docker engine answers, but registry {environment.Registry} {registryFault}");
        return new(JobRuntime.Docker, $"the Docker engine at {engine} and registry {environment.Registry} answer");
    }
}
