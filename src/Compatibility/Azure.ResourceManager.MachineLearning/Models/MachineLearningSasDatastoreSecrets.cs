using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A shared access signature. The service keeps it and omits it from its responses, except to a request for the secrets.</summary>
public partial class MachineLearningSasDatastoreSecrets : MachineLearningDatastoreSecrets
{
    public MachineLearningSasDatastoreSecrets()
        : base("Sas") { }

    public string? SasToken { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteOptional("sasToken", SasToken);
}
