using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>No stored credential: the identity of the user or of the compute is used.</summary>
public partial class MachineLearningNoneDatastoreCredentials : MachineLearningDatastoreCredentials
{
    public MachineLearningNoneDatastoreCredentials()
        : base("None") { }

    internal override void WriteOwnMembers(Utf8JsonWriter writer) { }
}
