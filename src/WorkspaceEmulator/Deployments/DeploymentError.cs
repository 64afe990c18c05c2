using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Deployments;

/// <summary>An error of a deployment with the errors that caused it.</summary>
internal sealed record DeploymentError(string Code, string Message, string? Target, IReadOnlyList<DeploymentError> Details)
{
    public JsonObject ToJson()
    {
        var json = new JsonObject { ["code"] = Code, ["message"] = Message };
        if (Target is not null)
            json["target"] = Target;
        if (Details.Count > 0)
            json["details"] = Details.Select(detail => (JsonNode)detail.ToJson()).ToJsonArray();
        return json;
    }

    /// <summary>Creates the error of a deployment in which a resource failed.</summary>
    public static DeploymentError OfDeployment(string id, DeploymentError cause) =>
        new(
            "DeploymentFailed",
            "At least one resource deployment operation failed. Please list deployment operations for details.",
            id,
            [cause]
        );
}
