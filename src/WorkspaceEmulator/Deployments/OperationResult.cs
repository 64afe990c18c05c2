using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Deployments;

/// <summary>The result of an operation whose address the client polls.</summary>
/// <param name="Body">The body of the response; null for none.</param>
/// <param name="Failure">Why the operation failed; null when it succeeded.</param>
internal sealed record OperationResult(JsonObject? Body, DeploymentError? Failure);
