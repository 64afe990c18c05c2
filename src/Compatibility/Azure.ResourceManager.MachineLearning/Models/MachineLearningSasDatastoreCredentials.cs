using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A shared access signature.</summary>
public partial class MachineLearningSasDatastoreCredentials : MachineLearningDatastoreCredentials
{
    public MachineLearningSasDatastoreCredentials(MachineLearningSasDatastoreSecrets secrets)
        : base("Sas")
    {
        ArgumentNullException.ThrowIfNull(secrets);
        Secrets = secrets;
    }

    public MachineLearningSasDatastoreSecrets Secrets { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteOptional("secrets", Secrets);
}
