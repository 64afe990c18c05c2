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

/// <summary>Sends the emulator's own operations, which Azure does not have, and creates its workspaces.</summary>
internal sealed class EmulatorAdmin
{
    private readonly HttpPipeline pipeline;
    private readonly Uri endpoint;

    public EmulatorAdmin(Uri endpoint, string certificateThumbprint, TokenCredential credential)
    {
        this.endpoint = endpoint;
        pipeline = ServicePipelines.Build(
            PinnedTransport.For(certificateThumbprint),
            RetrySettings.Once,
            credential,
            ServicePipelines.ArmScope
        );
    }

    /// <summary>Reads the emulator's status.</summary>
    /// <exception cref="RequestFailedException">The emulator responded other than 200, or not at all.</exception>
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

    /// <summary>Starts recording traffic to a file; null stops it.</summary>
    public Task RecordAsync(string? file, CancellationToken cancellationToken) =>
        SendAsync(
            RequestMethod.Put,
            "/emulator/recording",
            "",
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["file"] = file },
            cancellationToken
        );

    /// <summary>Activates a fault script in place of the previous one.</summary>
    /// <param name="script">Content of the script's file.</param>
    /// <param name="file">Name of the file, for messages.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The number of its rules.</returns>
    /// <exception cref="WorkspaceException">The file is not a fault script; the message lists every fault.</exception>
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

        using var body = JsonDocument.Parse(message.Response.Content);
        return body.RootElement.GetProperty("rules").GetArrayLength();
    }

    /// <summary>Asks the emulator to exit.</summary>
    /// <returns>What it says of its jobs; an older emulator says nothing.</returns>
    public async Task<StoppedEmulator> ShutDownAsync(CancellationToken cancellationToken)
    {
        using var message = CreateMessage(RequestMethod.Post, "/emulator/shutdown");
        await pipeline.SendAsync(message, cancellationToken);
        if (message.Response.IsError)
            throw new RequestFailedException(message.Response);
        try
        {
            using var body = JsonDocument.Parse(message.Response.Content);
            return new(Names(body.RootElement, "endsJobs"), Names(body.RootElement, "keepsJobs"));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return new([], []);
        }
    }

    private static IReadOnlyList<string> Names(JsonElement body, string member) =>
        [.. body.Items(member).Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)];

    /// <summary>Creates the workspace when the emulator, started for another one, does not have it.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="status">Status of the emulator. A workspace that it lists needs no request, which a fault script could make
    /// fail.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public async Task EnsureWorkspaceAsync(WorkspaceAddress workspace, EmulatorStatus status, CancellationToken cancellationToken)
    {
        var path =
            $"/subscriptions/{workspace.SubscriptionId}/resourceGroups/{workspace.ResourceGroup}"
            + $"/providers/Microsoft.MachineLearningServices/workspaces/{workspace.WorkspaceName}";
        if (status.Workspaces.Contains(path, StringComparer.OrdinalIgnoreCase))
            return;

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
            message.Request.Uri.AppendQuery("api-version", apiVersion);

        if (body is not null)
        {
            message.Request.Headers.Add("Content-Type", "application/json");
            message.Request.Content = RequestContent.Create(JsonSerializer.SerializeToUtf8Bytes(body));
        }

        await pipeline.SendAsync(message, cancellationToken);
        if (message.Response.IsError)
            throw new RequestFailedException(message.Response);
    }
}

/// <summary>Status of an emulator.</summary>
/// <param name="Build">Module version id of the running assembly.</param>
/// <param name="ActiveJobs">Number of jobs that have not ended.</param>
/// <param name="IdleTime">Time since the last request.</param>
/// <param name="Recording">File to which its traffic is recorded; null when it is not.</param>
/// <param name="FaultRules">Number of rules of its fault script.</param>
/// <param name="Workspaces">ARM ids of its workspaces.</param>
internal sealed record EmulatorStatus(
    string Build,
    int ActiveJobs,
    TimeSpan IdleTime,
    string? Recording,
    int FaultRules,
    IReadOnlyList<string> Workspaces
);
