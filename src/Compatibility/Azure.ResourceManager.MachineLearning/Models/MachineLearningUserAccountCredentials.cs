using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>The administrator account on each node of a cluster.</summary>
public partial class MachineLearningUserAccountCredentials : IJsonWritable
{
    public MachineLearningUserAccountCredentials(string adminUserName)
    {
        ArgumentNullException.ThrowIfNull(adminUserName);
        AdminUserName = adminUserName;
    }

    public string AdminUserName { get; set; }

    public string? AdminUserSshPublicKey { get; set; }

    /// <summary>Sent to the service, which never returns it.</summary>
    public string? AdminUserPassword { get; set; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("adminUserName", AdminUserName);
        writer.WriteOptional("adminUserSshPublicKey", AdminUserSshPublicKey);
        writer.WriteOptional("adminUserPassword", AdminUserPassword);
    }

    internal static MachineLearningUserAccountCredentials Read(JsonElement json) =>
        new(json.Text("adminUserName") ?? string.Empty)
        {
            AdminUserSshPublicKey = json.Text("adminUserSshPublicKey"),
            AdminUserPassword = json.Text("adminUserPassword"),
        };
}
