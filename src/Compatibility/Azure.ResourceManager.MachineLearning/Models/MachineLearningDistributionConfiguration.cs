using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>How the processes of a job are started, and what each of them is told about the others.</summary>
public abstract partial class MachineLearningDistributionConfiguration : IJsonWritable
{
    private readonly string type;

    private protected MachineLearningDistributionConfiguration(string type) => this.type = type;

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("distributionType", type);
        WriteKindMembers(writer);
    }

    internal abstract void WriteKindMembers(Utf8JsonWriter writer);

    // The project starts no job of another kind; upstream has a class for each.
    internal static MachineLearningDistributionConfiguration Read(JsonElement json) =>
        json.Text("distributionType") is var kind && kind == PyTorchDistributionConfiguration.Kind
            ? PyTorchDistributionConfiguration.ReadPyTorch(json)
            : new UnknownDistributionConfiguration(kind ?? string.Empty);

    private sealed class UnknownDistributionConfiguration(string type) : MachineLearningDistributionConfiguration(type)
    {
        internal override void WriteKindMembers(Utf8JsonWriter writer) { }
    }
}
