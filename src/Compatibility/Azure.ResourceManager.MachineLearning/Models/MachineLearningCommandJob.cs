using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Azure.Core;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A job that runs one command in an environment.</summary>
public partial class MachineLearningCommandJob : MachineLearningJobProperties
{
    /// <param name="command">Run by a shell; <c>${{inputs.x}}</c> and <c>${{outputs.x}}</c> are replaced by the service.</param>
    /// <param name="environmentId">ARM id of an environment version.</param>
    public MachineLearningCommandJob(string command, ResourceIdentifier environmentId)
        : base("Command")
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(environmentId);
        Command = command;
        EnvironmentId = environmentId;
    }

    public ResourceIdentifier? CodeId { get; set; }

    public string Command { get; set; }

    public ResourceIdentifier EnvironmentId { get; set; }

    /// <summary>Gets or sets how the processes of the job are started; by default one process runs.</summary>
    public MachineLearningDistributionConfiguration? Distribution { get; set; }

    /// <summary>Gets or sets the variables. Everyone who may read the job can read them, so they must not hold secrets.</summary>
    [AllowNull]
    public IDictionary<string, string> EnvironmentVariables { get; set; } = new UnsetDictionary<string>();

    [AllowNull]
    public IDictionary<string, MachineLearningJobInput> Inputs { get; set; } = new UnsetDictionary<MachineLearningJobInput>();

    public MachineLearningCommandJobLimits? Limits { get; set; }

    [AllowNull]
    public IDictionary<string, MachineLearningJobOutput> Outputs { get; set; } = new UnsetDictionary<MachineLearningJobOutput>();

    /// <summary>JSON object of the parameters the service derived.</summary>
    public BinaryData? Parameters { get; private init; }

    /// <summary>Gets or sets the tier in which the job is queued.</summary>
    public JobTier? QueueJobTier { get; set; }

    public MachineLearningJobResourceConfiguration? Resources { get; set; }

    internal override void WriteKindMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("codeId", CodeId?.ToString());
        writer.WriteString("command", Command);
        writer.WriteOptional("distribution", Distribution);
        writer.WriteString("environmentId", EnvironmentId.ToString());
        writer.WriteOptional("environmentVariables", EnvironmentVariables);
        writer.WriteOptional("inputs", Inputs);
        writer.WriteOptional("limits", Limits);
        writer.WriteOptional("outputs", Outputs);
        writer.WriteQueueSettings(QueueJobTier);
        writer.WriteOptional("resources", Resources);
    }

    internal static MachineLearningCommandJob ReadCommand(JsonElement json) =>
        new(json.Text("command") ?? string.Empty, json.ResourceId("environmentId") ?? ResourceIdentifier.Root)
        {
            CodeId = json.ResourceId("codeId"),
            Distribution = json.Model("distribution", MachineLearningDistributionConfiguration.Read),
            EnvironmentVariables = json.TextMap("environmentVariables"),
            Inputs = json.Map("inputs", MachineLearningJobInput.Read),
            Limits = json.Model("limits", MachineLearningCommandJobLimits.Read),
            Outputs = json.Map("outputs", MachineLearningJobOutput.Read),
            Parameters = json.Model("parameters", JsonReading.ToBinaryData),
            QueueJobTier = json.QueueJobTier(),
            Resources = json.Model("resources", MachineLearningJobResourceConfiguration.Read),
        };
}
