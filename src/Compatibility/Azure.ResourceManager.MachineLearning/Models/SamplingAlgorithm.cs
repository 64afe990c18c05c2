using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Describes how the values of a trial are chosen.</summary>
public abstract partial class SamplingAlgorithm : IJsonWritable
{
    private protected SamplingAlgorithm(string samplingAlgorithmType) => SamplingAlgorithmType = samplingAlgorithmType;

    internal string SamplingAlgorithmType { get; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("samplingAlgorithmType", SamplingAlgorithmType);
        WriteOwnMembers(writer);
    }

    internal virtual void WriteOwnMembers(Utf8JsonWriter writer) { }

    internal static SamplingAlgorithm Read(JsonElement json) =>
        json.Text("samplingAlgorithmType") switch
        {
            "Random" => new RandomSamplingAlgorithm
            {
                Rule = json.Value("rule", static text => new RandomSamplingAlgorithmRule(text)),
                Seed = json.Int32("seed"),
            },
            "Grid" => new GridSamplingAlgorithm(),
            "Bayesian" => new BayesianSamplingAlgorithm(),
            var type => new UnknownSamplingAlgorithm(type ?? "Unknown", json),
        };
}

/// <summary>A sampling of a kind that this subset does not know: it keeps the members that it was read with.</summary>
internal sealed class UnknownSamplingAlgorithm(string samplingAlgorithmType, JsonElement json) : SamplingAlgorithm(samplingAlgorithmType)
{
    private readonly JsonElement json = json.Clone();

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteOthers(json, "samplingAlgorithmType");
}
