using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Limits a job.</summary>
public abstract partial class MachineLearningJobLimits : IJsonWritable
{
    private protected MachineLearningJobLimits(string jobLimitsType) => JobLimitsType = jobLimitsType;

    /// <summary>Gets or sets the longest run, in whole seconds. The service then cancels the job.</summary>
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
