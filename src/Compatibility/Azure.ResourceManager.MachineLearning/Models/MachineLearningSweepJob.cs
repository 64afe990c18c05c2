using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A job that runs a command several times with values of a search space, and compares the results by a metric.</summary>
public partial class MachineLearningSweepJob : MachineLearningJobProperties
{
    /// <param name="objective">The metric by which trials are compared.</param>
    /// <param name="samplingAlgorithm">How the values of a trial are chosen.</param>
    /// <param name="searchSpace">JSON object: each parameter with its distribution, <c>["uniform", [0.001, 0.1]]</c>.</param>
    /// <param name="trial">What a trial runs.</param>
    public MachineLearningSweepJob(
        MachineLearningObjective objective,
        SamplingAlgorithm samplingAlgorithm,
        BinaryData searchSpace,
        MachineLearningTrialComponent trial
    )
        : base("Sweep")
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(samplingAlgorithm);
        ArgumentNullException.ThrowIfNull(searchSpace);
        ArgumentNullException.ThrowIfNull(trial);
        Objective = objective;
        SamplingAlgorithm = samplingAlgorithm;
        SearchSpace = searchSpace;
        Trial = trial;
    }

    /// <inheritdoc cref="MachineLearningSweepJob(MachineLearningObjective, SamplingAlgorithm, BinaryData, MachineLearningTrialComponent)"/>
    public MachineLearningSweepJob(
        BinaryData searchSpace,
        SamplingAlgorithm samplingAlgorithm,
        MachineLearningObjective objective,
        MachineLearningTrialComponent trial
    )
        : this(objective, samplingAlgorithm, searchSpace, trial) { }

    /// <summary>Gets or sets the policy that ends trials that fall behind; by default none is ended.</summary>
    public MachineLearningEarlyTerminationPolicy? EarlyTermination { get; set; }

    [AllowNull]
    public IDictionary<string, MachineLearningJobInput> Inputs { get; set; } = new UnsetDictionary<MachineLearningJobInput>();

    public MachineLearningSweepJobLimits? Limits { get; set; }

    public MachineLearningObjective Objective { get; set; }

    [AllowNull]
    public IDictionary<string, MachineLearningJobOutput> Outputs { get; set; } = new UnsetDictionary<MachineLearningJobOutput>();

    /// <summary>Gets or sets the tier in which the trials are queued.</summary>
    public JobTier? QueueJobTier { get; set; }

    public SamplingAlgorithm SamplingAlgorithm { get; set; }

    public BinaryData SearchSpace { get; set; }

    public MachineLearningTrialComponent Trial { get; set; }

    internal override void WriteKindMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("earlyTermination", EarlyTermination);
        writer.WriteOptional("inputs", Inputs);
        writer.WriteOptional("limits", Limits);
        writer.WriteOptional("objective", Objective);
        writer.WriteOptional("outputs", Outputs);
        writer.WriteQueueSettings(QueueJobTier);
        writer.WriteOptional("samplingAlgorithm", SamplingAlgorithm);
        writer.WriteOptional("searchSpace", SearchSpace);
        writer.WriteOptional("trial", Trial);
    }

    internal static MachineLearningSweepJob ReadSweep(JsonElement json) =>
        new(
            MachineLearningObjective.Read(json.Member("objective")),
            SamplingAlgorithm.Read(json.Member("samplingAlgorithm")),
            json.Model("searchSpace", JsonReading.ToBinaryData) ?? BinaryData.FromString("{}"),
            MachineLearningTrialComponent.Read(json.Member("trial"))
        )
        {
            EarlyTermination = json.Model("earlyTermination", MachineLearningEarlyTerminationPolicy.Read),
            Inputs = json.Map("inputs", MachineLearningJobInput.Read),
            Limits = json.Model("limits", MachineLearningSweepJobLimits.Read),
            Outputs = json.Map("outputs", MachineLearningJobOutput.Read),
            QueueJobTier = json.QueueJobTier(),
        };
}
