using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Submits a job whenever the schedule fires.</summary>
public partial class MachineLearningJobScheduleAction : MachineLearningScheduleAction
{
    public MachineLearningJobScheduleAction(MachineLearningJobProperties jobDefinition)
        : base("CreateJob")
    {
        ArgumentNullException.ThrowIfNull(jobDefinition);
        JobDefinition = jobDefinition;
    }

    public MachineLearningJobProperties JobDefinition { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteOptional("jobDefinition", JobDefinition);
}
