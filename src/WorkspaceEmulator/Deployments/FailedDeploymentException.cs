namespace WorkspaceEmulator.Deployments;

/// <summary>Reports that a resource of a deployment failed.</summary>
internal sealed class FailedDeploymentException(DeploymentError error) : Exception(error.Message)
{
    public DeploymentError Error { get; } = error;
}
