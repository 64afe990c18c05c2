using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Azure.Core;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Describes what each trial of a sweep runs.</summary>
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

    /// <summary>Gets or sets how the processes of a trial are started; by default one process runs.</summary>
    public MachineLearningDistributionConfiguration? Distribution { get; set; }

    public ResourceIdentifier EnvironmentId { get; set; }

    /// <summary>Gets or sets the variables. Everyone who may read the job can read them, so they must not hold secrets.</summary>
    [AllowNull]
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
