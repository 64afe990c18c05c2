using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

/// <summary>Creates the responses that begin long-running operations.</summary>
internal static class LongRunningResponses
{
    private const int RetrySeconds = 10; // The least the service's OpenAPI file allows.

    /// <summary>Responds 202 with the address of the result.</summary>
    public static Accepted Accept(
        LongRunningOperation operation,
        HttpContext context,
        Workspace workspace,
        WorkspaceStore workspaces,
        EmulatorAddress address
    )
    {
        context.Response.Headers.RetryAfter = RetrySeconds.ToString();
        return TypedResults.Accepted(
            operation.ResultAddress(
                address.Endpoint,
                workspace.Name.SubscriptionId,
                workspaces.LocationOf(workspace),
                context.Request.Query["api-version"].ToString()
            )
        );
    }

    /// <summary>Adds the address of the operation's status to the response.</summary>
    public static void SetStatusAddress(
        HttpContext context,
        LongRunningOperation operation,
        Workspace workspace,
        WorkspaceStore workspaces,
        EmulatorAddress address
    )
    {
        context.Response.Headers["Azure-AsyncOperation"] = operation.StatusAddress(
            address.Endpoint,
            workspace.Name.SubscriptionId,
            workspaces.LocationOf(workspace),
            context.Request.Query["api-version"].ToString()
        );
        context.Response.Headers[LongRunningOperation.PauseHeader] = LongRunningOperation.Pause;
    }
}
