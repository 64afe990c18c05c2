using System.Text.Json.Nodes;
using WorkspaceEmulator.Deployments.Templates;

namespace WorkspaceEmulator.Deployments;

/// <summary>Receives the progress of a deployment.</summary>
internal interface IDeploymentJournal
{
    /// <summary>Records that a resource is being deployed.</summary>
    void Begin(string id, string type);

    /// <summary>Records that a resource is deployed.</summary>
    void Succeed(string id);

    /// <summary>Records that a resource could not be deployed.</summary>
    void Fail(string id, DeploymentError error);

    /// <summary>Begins a nested deployment.</summary>
    IDeploymentJournal BeginNested(DeploymentScope scope);

    /// <summary>Records the end of this deployment.</summary>
    /// <param name="outputs">Its outputs.</param>
    void End(JsonObject outputs);

    /// <summary>Records that this deployment failed.</summary>
    void End(DeploymentError error);
}
