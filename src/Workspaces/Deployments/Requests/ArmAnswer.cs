using System.Text.Json;

namespace Workspaces.Deployments.Requests;

/// <summary>A response of Azure Resource Manager.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The body; undefined when it is empty.</param>
/// <param name="Location">Address to poll; null without one.</param>
/// <param name="RetryAfter">The wait that the service requests; null without one.</param>
internal sealed record ArmAnswer(int Status, JsonElement Body, Uri? Location, TimeSpan? RetryAfter);
