using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Limits a sweep job and the number of its trials.</summary>
public partial class MachineLearningSweepJobLimits : MachineLearningJobLimits
{
    public MachineLearningSweepJobLimits()
        : base("Sweep") { }

    public int? MaxConcurrentTrials { get; set; }

    public int? MaxTotalTrials { get; set; }

    /// <summary>Gets or sets the longest run of a trial, in whole seconds.</summary>
    public TimeSpan? TrialTimeout { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("maxConcurrentTrials", MaxConcurrentTrials);
        writer.WriteOptional("maxTotalTrials", MaxTotalTrials);
        writer.WriteOptional("trialTimeout", TrialTimeout);
    }

    internal static MachineLearningSweepJobLimits Read(JsonElement json) =>
        new()
        {
            Timeout = json.Duration("timeout"),
            MaxConcurrentTrials = json.Int32("maxConcurrentTrials"),
            MaxTotalTrials = json.Int32("maxTotalTrials"),
            TrialTimeout = json.Duration("trialTimeout"),
        };
}
