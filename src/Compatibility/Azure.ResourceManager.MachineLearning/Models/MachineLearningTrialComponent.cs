using System.Text.Json;
using Azure.Core;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>What each trial of a sweep runs.</summary>
public partial class MachineLearningTrialComponent : IJsonWritable
{
    /// <param name="command">Run by a shell; <c>${{search_space.x}}</c> is replaced by the trial's value.</param>
    /// <param name="environmentId">ARM id of an environment version.</param>
    public MachineLearningTrialComponent(string command, ResourceIdentifier environmentId)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(environmentId);
        Command = command;
        EnvironmentId = environmentId;
    }

    public ResourceIdentifier? CodeId { get; set; }

    public string Command { get; set; }

    /// <summary>How the processes of the job are started; null starts one.</summary>
    public MachineLearningDistributionConfiguration? Distribution { get; set; }

    public ResourceIdentifier EnvironmentId { get; set; }

    /// <summary>Readable by everyone who may read the job; no place for secrets.</summary>
    public IDictionary<string, string> EnvironmentVariables { get; set; } = new UnsetDictionary<string>();

    public MachineLearningJobResourceConfiguration? Resources { get; set; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("codeId", CodeId?.ToString());
        writer.WriteString("command", Command);
        writer.WriteOptional("distribution", Distribution);
        writer.WriteString("environmentId", EnvironmentId.ToString());
        writer.WriteOptional("environmentVariables", EnvironmentVariables);
        writer.WriteOptional("resources", Resources);
    }

    internal static MachineLearningTrialComponent Read(JsonElement json) =>
        new(json.Text("command") ?? string.Empty, json.ResourceId("environmentId") ?? ResourceIdentifier.Root)
        {
            CodeId = json.ResourceId("codeId"),
            Distribution = json.Model("distribution", MachineLearningDistributionConfiguration.Read),
            EnvironmentVariables = json.TextMap("environmentVariables"),
            Resources = json.Model("resources", MachineLearningJobResourceConfiguration.Read),
        };
}
