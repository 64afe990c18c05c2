using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Describes how trials that fall behind are ended.</summary>
public abstract partial class MachineLearningEarlyTerminationPolicy : IJsonWritable
{
    private protected MachineLearningEarlyTerminationPolicy(string policyType) => PolicyType = policyType;

    /// <summary>Number of logged values of the metric before the first decision.</summary>
    public int? DelayEvaluation { get; set; }

    /// <summary>Number of logged values of the metric between two decisions.</summary>
    public int? EvaluationInterval { get; set; }

    internal string PolicyType { get; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("delayEvaluation", DelayEvaluation);
        writer.WriteOptional("evaluationInterval", EvaluationInterval);
        writer.WriteString("policyType", PolicyType);
        WriteOwnMembers(writer);
    }

    internal virtual void WriteOwnMembers(Utf8JsonWriter writer) { }

    internal static MachineLearningEarlyTerminationPolicy Read(JsonElement json)
    {
        MachineLearningEarlyTerminationPolicy policy = json.Text("policyType") switch
        {
            "Bandit" => new BanditPolicy
            {
                SlackAmount = (float?)json.Double("slackAmount"),
                SlackFactor = (float?)json.Double("slackFactor"),
            },
            "MedianStopping" => new MedianStoppingPolicy(),
            "TruncationSelection" => new TruncationSelectionPolicy { TruncationPercentage = json.Int32("truncationPercentage") },
            var type => new UnknownEarlyTerminationPolicy(type ?? "Unknown", json),
        };
        policy.DelayEvaluation = json.Int32("delayEvaluation");
        policy.EvaluationInterval = json.Int32("evaluationInterval");
        return policy;
    }
}

/// <summary>A policy of a kind that this subset does not know: it keeps the members that it was read with.</summary>
internal sealed class UnknownEarlyTerminationPolicy(string policyType, JsonElement json) : MachineLearningEarlyTerminationPolicy(policyType)
{
    private readonly JsonElement json = json.Clone();

    internal override void WriteOwnMembers(Utf8JsonWriter writer) =>
        writer.WriteOthers(json, "policyType", "delayEvaluation", "evaluationInterval");
}
