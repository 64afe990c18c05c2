using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Identity by which a job reaches data and other services.</summary>
public abstract partial class MachineLearningIdentityConfiguration : IJsonWritable
{
    private protected MachineLearningIdentityConfiguration(string identityType) => IdentityType = identityType;

    internal string IdentityType { get; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("identityType", IdentityType);
        WriteOwnMembers(writer);
    }

    internal virtual void WriteOwnMembers(Utf8JsonWriter writer) { }

    internal static MachineLearningIdentityConfiguration Read(JsonElement json) =>
        json.Text("identityType") switch
        {
            "AMLToken" => new AmlToken(),
            "Managed" => new MachineLearningManagedIdentity
            {
                ClientId = json.Guid("clientId"),
                ObjectId = json.Guid("objectId"),
                ResourceId = json.ResourceId("resourceId"),
            },
            "UserIdentity" => new MachineLearningUserIdentity(),
            var type => new UnknownMachineLearningIdentityConfiguration(type ?? "Unknown", json),
        };
}

/// <summary>An identity of a kind that this subset does not know: it keeps the members that it was read with.</summary>
internal sealed class UnknownMachineLearningIdentityConfiguration(string identityType, JsonElement json)
    : MachineLearningIdentityConfiguration(identityType)
{
    private readonly JsonElement json = json.Clone();

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteOthers(json, "identityType");
}
