using System.Globalization;
using System.Text.Json.Nodes;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Json;
using Experiments.Planning;
using Experiments.Plans;
using Workspaces.Computes;
using Workspaces.Connection;
using Workspaces.Environments;
using Workspaces.Jobs;

namespace Workspaces.Submissions;

/// <summary>What a job was submitted with, as the service holds it. Whoever submitted it wrote all of it.</summary>
/// <param name="Name">Name of the job.</param>
/// <param name="IsSweep">Whether it is a sweep; variables and command are then those of its trials.</param>
/// <param name="Variables">Its environment variables.</param>
/// <param name="Nodes">Nodes that it runs on; at least 1.</param>
/// <param name="Request">
/// The other members of its request by their paths, such as <c>command</c> and <c>outputs.checkpoints</c>; a member that the service
/// changes or adds is left out.
/// </param>
public sealed record SentJob(
    string Name,
    bool IsSweep,
    IReadOnlyDictionary<string, string> Variables,
    int Nodes,
    IReadOnlyDictionary<string, string> Request
)
{
    private const string GitProperties = "azureml.git.";
    private const string ServiceOutput = "default";

    /// <summary>Gets the resolved exp_config; null when the job has none.</summary>
    public JsonObject? Config => Read(JobMetadata.ExpConfigVariable);

    /// <summary>Gets the passport as it was planned; null when the job has none.</summary>
    public JsonObject? Passport => Read(JobMetadata.PassportVariable);

    /// <summary>Returns what a plan would be submitted with.</summary>
    /// <param name="plan">The plan, with the image by its digest where it has one.</param>
    /// <param name="computeId">ARM id of the cluster.</param>
    /// <param name="environmentId">ARM id of the environment's version.</param>
    public static SentJob Of(ExperimentPlan plan, string computeId, string environmentId)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var job = JobSubmitter.Create(
            plan,
            new ComputeTarget(plan.Compute.Name, computeId, plan.Compute.VmSize, plan.Compute.MaxNodes, StageChange.Unchanged, []),
            new RegisteredEnvironment(plan.Environment.Name, plan.Environment.Version, environmentId, StageChange.Unchanged)
        );
        return Of(plan.Name, job.Properties);
    }

    /// <summary>Reads a job.</summary>
    internal static SentJob Of(MachineLearningJobResource job) => Of(job.Id.Name, job.Data.Properties);

    private static SentJob Of(string name, MachineLearningJobProperties job)
    {
        var request = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add(request, "displayName", job.DisplayName);
        Add(request, "description", job.Description);
        Add(request, "experimentName", job.ExperimentName);
        Add(request, "computeId", job.ComputeId?.ToString());
        foreach (var (key, value) in job.Properties.Where(property => property.Key.StartsWith(GitProperties, StringComparison.Ordinal)))
            Add(request, $"properties.{key}", value);
        return job switch
        {
            MachineLearningCommandJob command => Of(name, command, request),
            MachineLearningSweepJob sweep => Of(name, sweep, request),
            _ => new(name, IsSweep: false, new Dictionary<string, string>(StringComparer.Ordinal), 1, request),
        };
    }

    private static SentJob Of(string name, MachineLearningCommandJob job, SortedDictionary<string, string> request)
    {
        Add(request, "command", job.Command);
        Add(request, "environmentId", job.EnvironmentId?.ToString());
        Add(request, "limits.timeout", job.Limits?.Timeout?.ToString());
        Add(request, job.Inputs, job.Outputs);
        return new(
            name,
            IsSweep: false,
            job.EnvironmentVariables.ToDictionary(StringComparer.Ordinal),
            Add(request, job.Resources),
            request
        );
    }

    private static SentJob Of(string name, MachineLearningSweepJob job, SortedDictionary<string, string> request)
    {
        Add(request, "command", job.Trial.Command);
        Add(request, "environmentId", job.Trial.EnvironmentId?.ToString());
        Add(request, "limits.timeout", job.Limits?.Timeout?.ToString());
        Add(request, "limits.maxTotalTrials", job.Limits?.MaxTotalTrials?.ToString(CultureInfo.InvariantCulture));
        Add(request, "limits.maxConcurrentTrials", job.Limits?.MaxConcurrentTrials?.ToString(CultureInfo.InvariantCulture));
        Add(request, "searchSpace", JsonNode.Parse(job.SearchSpace)?.ToJsonString());
        Add(request, job.Inputs, job.Outputs);
        var variables = job.Trial.EnvironmentVariables.ToDictionary(StringComparer.Ordinal);
        return new(name, IsSweep: true, variables, Add(request, job.Trial.Resources), request);
    }

    private static int Add(SortedDictionary<string, string> request, MachineLearningJobResourceConfiguration? resources)
    {
        var nodes = Math.Max(1, resources?.InstanceCount ?? 1);
        Add(request, "resources.instanceCount", nodes.ToString(CultureInfo.InvariantCulture));
        Add(request, "resources.shmSize", resources?.ShmSize);
        return nodes;
    }

    private static void Add(
        SortedDictionary<string, string> request,
        IDictionary<string, MachineLearningJobInput> inputs,
        IDictionary<string, MachineLearningJobOutput> outputs
    )
    {
        foreach (var (key, input) in inputs)
            Add(request, $"inputs.{key}", (input as MachineLearningUriFolderJobInput)?.Uri.OriginalString);
        // The service adds an output of its own.
        foreach (var (key, output) in outputs.Where(output => output.Key != ServiceOutput))
            Add(request, $"outputs.{key}", (output as MachineLearningUriFolderJobOutput)?.Uri?.OriginalString);
    }

    private static void Add(SortedDictionary<string, string> request, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            request[name] = value;
    }

    private JsonObject? Read(string variable) => ForeignJson.Parse(Variables.GetValueOrDefault(variable)) as JsonObject;
}
