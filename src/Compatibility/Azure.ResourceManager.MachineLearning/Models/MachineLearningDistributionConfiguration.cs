using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Describes how a job starts processes on its nodes.</summary>
public abstract partial class MachineLearningDistributionConfiguration : IJsonWritable
{
    private protected MachineLearningDistributionConfiguration(string distributionType) => DistributionType = distributionType;

    internal string DistributionType { get; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("distributionType", DistributionType);
        WriteOwnMembers(writer);
    }

    internal virtual void WriteOwnMembers(Utf8JsonWriter writer) { }

    internal static MachineLearningDistributionConfiguration Read(JsonElement json) =>
        json.Text("distributionType") switch
        {
            "PyTorch" => new PyTorchDistributionConfiguration { ProcessCountPerInstance = json.Int32("processCountPerInstance") },
            "Mpi" => new MpiDistributionConfiguration { ProcessCountPerInstance = json.Int32("processCountPerInstance") },
            "TensorFlow" => new TensorFlowDistributionConfiguration
            {
                ParameterServerCount = json.Int32("parameterServerCount"),
                WorkerCount = json.Int32("workerCount"),
            },
            var type => new UnknownDistributionConfiguration(type ?? "Unknown", json),
        };
}

/// <summary>A distribution of a kind that this subset does not know: it keeps the members that it was read with.</summary>
internal sealed class UnknownDistributionConfiguration(string distributionType, JsonElement json)
    : MachineLearningDistributionConfiguration(distributionType)
{
    private readonly JsonElement json = json.Clone();

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteOthers(json, "distributionType");
}
