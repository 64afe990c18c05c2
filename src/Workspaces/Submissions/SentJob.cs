using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Planning;

namespace Workspaces.Submissions;

/// <summary>What a job was submitted with, as the service holds it. Whoever submitted it wrote all of it.</summary>
/// <param name="Name">Name of the job.</param>
/// <param name="IsSweep">Whether it is a sweep; variables and command are then those of its trials.</param>
/// <param name="Variables">Its environment variables.</param>
/// <param name="Nodes">Nodes that it runs on; at least 1.</param>
public sealed record SentJob(string Name, bool IsSweep, IReadOnlyDictionary<string, string> Variables, int Nodes)
{
    /// <summary>Gets the resolved exp_config; null when the job has none.</summary>
    public JsonObject? Config => Read(JobMetadata.ExpConfigVariable);

    /// <summary>Gets the passport as it was planned; null when the job has none.</summary>
    public JsonObject? Passport => Read(JobMetadata.PassportVariable);

    /// <summary>Reads a job.</summary>
    internal static SentJob Of(MachineLearningJobResource job)
    {
        var (isSweep, variables, resources) = job.Data.Properties switch
        {
            MachineLearningCommandJob command => (false, command.EnvironmentVariables, command.Resources),
            MachineLearningSweepJob sweep => (true, sweep.Trial.EnvironmentVariables, sweep.Trial.Resources),
            _ => (false, new Dictionary<string, string>(StringComparer.Ordinal), null),
        };
        return new(job.Id.Name, isSweep, variables.ToDictionary(StringComparer.Ordinal), Math.Max(1, resources?.InstanceCount ?? 1));
    }

    private JsonObject? Read(string variable)
    {
        try
        {
            return Variables.TryGetValue(variable, out var text) ? JsonNode.Parse(text) as JsonObject : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
