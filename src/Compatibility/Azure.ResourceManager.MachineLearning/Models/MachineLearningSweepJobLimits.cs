using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>When a sweep job is stopped, and how many trials it has.</summary>
public partial class MachineLearningSweepJobLimits : MachineLearningJobLimits
{
    public MachineLearningSweepJobLimits()
        : base("Sweep") { }

    public int? MaxConcurrentTrials { get; set; }

    public int? MaxTotalTrials { get; set; }

    /// <summary>Longest run of a trial, in whole seconds.</summary>
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
