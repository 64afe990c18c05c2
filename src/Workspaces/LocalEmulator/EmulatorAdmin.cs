using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Experiments.Plans;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.LocalEmulator;

/// <summary>The emulator's own operations, which Azure does not have, and the making of its workspaces.</summary>
internal sealed class EmulatorAdmin
{
    private readonly HttpPipeline pipeline;
    private readonly Uri endpoint;

    public EmulatorAdmin(Uri endpoint, string certificateThumbprint, TokenCredential credential)
    {
        this.endpoint = endpoint;
        pipeline = ServicePipelines.Build(
            PinnedTransport.Create(certificateThumbprint),
            RetrySettings.Once,
            credential,
            ServicePipelines.ArmScope
        );
    }

    /// <exception cref="RequestFailedException">It answered other than 200, or not at all.</exception>
    public async Task<EmulatorStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        using var message = pipeline.CreateGet(endpoint, "/emulator/status");
        return await pipeline.ReadJsonAsync(
            message,
            body => new EmulatorStatus(
                body.Text("build") ?? "",
                body.TryGetProperty("activeJobs", out var jobs) ? jobs.GetInt32() : 0,
                TimeSpan.FromSeconds(body.TryGetProperty("idleSeconds", out var idle) ? idle.GetDouble() : 0),
                body.Text("recording"),
                body.TryGetProperty("faultRules", out var rules) ? rules.GetInt32() : 0,
                body.TryGetProperty("workspaces", out var workspaces)
                    ? [.. workspaces.EnumerateArray().Select(workspace => workspace.GetString()!)]
                    : []
            ),
            cancellationToken
        );
    }

    public Task RecordAsync(string? file, CancellationToken cancellationToken) =>
        SendAsync(
            RequestMethod.Put,
            "/emulator/recording",
            "",
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["file"] = file },
            cancellationToken
        );

    /// <summary>Puts a fault script in force in the place of the one before.</summary>
    /// <param name="script">The script as its file holds it.</param>
    /// <param name="file">The file, for messages.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>How many rules it has.</returns>
    /// <exception cref="WorkspaceException">It is no fault script; the message names all that is wrong with it.</exception>
    public async Task<int> SetFaultsAsync(byte[] script, string file, CancellationToken cancellationToken)
    {
        using var message = CreateMessage(RequestMethod.Put, "/emulator/faults");
        message.Request.Uri.AppendQuery("source", file);
        message.Request.Headers.Add("Content-Type", "application/json");
        message.Request.Content = RequestContent.Create(script);
        await pipeline.SendAsync(message, cancellationToken);
        if (message.Response.IsError)
        {
            throw ErrorBody.Read(message.Response) is ("InvalidFaultScript", { } faults)
                ? new WorkspaceException(faults)
                : new RequestFailedException(message.Response);
        }

        using var answer = JsonDocument.Parse(message.Response.Content);
        return answer.RootElement.GetProperty("rules").GetArrayLength();
    }

    public Task ShutDownAsync(CancellationToken cancellationToken) =>
        SendAsync(RequestMethod.Post, "/emulator/shutdown", "", null, cancellationToken);

    /// <summary>Makes the workspace when the emulator, started for another one, does not have it.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="status">What the emulator says of itself: nothing is asked for a workspace that stands there, as a fault script may strike the request.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public async Task EnsureWorkspaceAsync(WorkspaceAddress workspace, EmulatorStatus status, CancellationToken cancellationToken)
    {
        var path =
            $"/subscriptions/{workspace.SubscriptionId}/resourceGroups/{workspace.ResourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/{workspace.WorkspaceName}";
        if (status.Workspaces.Contains(path, StringComparer.OrdinalIgnoreCase))
        {
            return;
        }

        using var message = pipeline.CreateGet(endpoint, path, ("api-version", "2024-10-01"));
        await pipeline.SendAsync(message, cancellationToken);
        if (message.Response.Status == 404)
        {
            await SendAsync(
                RequestMethod.Put,
                path,
                "2024-10-01",
                new { location = workspace.Location, properties = new { } },
                cancellationToken
            );
        }
        else if (message.Response.IsError)
        {
            throw new RequestFailedException(message.Response);
        }
    }

    private HttpMessage CreateMessage(RequestMethod method, string path)
    {
        var message = pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(endpoint);
        message.Request.Uri.AppendPath(path, escape: false);
        return message;
    }

    private async Task SendAsync(RequestMethod method, string path, string apiVersion, object? body, CancellationToken cancellationToken)
    {
        using var message = CreateMessage(method, path);
        if (apiVersion.Length > 0)
        {
            message.Request.Uri.AppendQuery("api-version", apiVersion);
        }

        if (body is not null)
        {
            message.Request.Headers.Add("Content-Type", "application/json");
            message.Request.Content = RequestContent.Create(JsonSerializer.SerializeToUtf8Bytes(body));
        }

        await pipeline.SendAsync(message, cancellationToken);
        if (message.Response.IsError)
        {
            throw new RequestFailedException(message.Response);
        }
    }
}

/// <param name="Build">Module version id of the assembly that runs.</param>
/// <param name="ActiveJobs">Jobs that have not ended.</param>
/// <param name="IdleTime">Time since the last request.</param>
/// <param name="Recording">File its traffic is written to; null when it is not.</param>
/// <param name="FaultRules">Rules of its fault script.</param>
/// <param name="Workspaces">Ids of the workspaces it has.</param>
internal sealed record EmulatorStatus(
    string Build,
    int ActiveJobs,
    TimeSpan IdleTime,
    string? Recording,
    int FaultRules,
    IReadOnlyList<string> Workspaces
);
