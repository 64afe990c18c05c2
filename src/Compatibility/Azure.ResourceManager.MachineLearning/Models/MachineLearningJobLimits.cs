using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>When a job is stopped.</summary>
public abstract partial class MachineLearningJobLimits : IJsonWritable
{
    private protected MachineLearningJobLimits(string jobLimitsType) => JobLimitsType = jobLimitsType;

    /// <summary>Longest run, in whole seconds; afterwards the job is cancelled.</summary>
    public TimeSpan? Timeout { get; set; }

    internal string JobLimitsType { get; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("jobLimitsType", JobLimitsType);
        writer.WriteOptional("timeout", Timeout);
        WriteOwnMembers(writer);
    }

    internal virtual void WriteOwnMembers(Utf8JsonWriter writer) { }
}
