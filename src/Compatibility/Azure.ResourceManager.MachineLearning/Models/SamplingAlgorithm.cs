using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>How the values of a trial are chosen.</summary>
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
            var type => new UnknownSamplingAlgorithm(type ?? "Unknown"),
        };
}

/// <summary>A sampling of a kind this subset does not know: it can be read, not sent.</summary>
internal sealed class UnknownSamplingAlgorithm(string samplingAlgorithmType) : SamplingAlgorithm(samplingAlgorithmType)
{
    internal override void WriteOwnMembers(Utf8JsonWriter writer) =>
        throw JsonWriting.Unwritable("sampling algorithm", SamplingAlgorithmType);
}
