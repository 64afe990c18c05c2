using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Containers;

/// <summary>The few calls of the Docker Engine API that run a job.</summary>
/// <remarks>Source: Docker Engine API, <see href="https://docs.docker.com/reference/api/engine/"/>. Every call throws <see cref="EngineException"/>.</remarks>
internal sealed class DockerEngine(string host) : IDisposable
{
    private readonly DockerConnection _connection = new(host);

    public string Host => host;

    public void Dispose() => _connection.Dispose();

    /// <summary>Operating system and architecture whose programs the engine runs: <c>linux/amd64</c>.</summary>
    public async Task<string> GetPlatformAsync(CancellationToken cancellationToken)
    {
        var version = await _connection.SendAsync(HttpMethod.Get, "/version", null, cancellationToken);
        return $"{version.Text("Os")}/{version.Text("Arch")}";
    }

    /// <summary>The platform of an image that is on this machine; null when the image is not.</summary>
    public async Task<string?> FindImageAsync(string image, CancellationToken cancellationToken)
    {
        try
        {
            var found = await _connection.SendAsync(HttpMethod.Get, $"/images/{image}/json", null, cancellationToken);
            return $"{found.Text("Os")}/{found.Text("Architecture")}";
        }
        catch (EngineException error) when (error.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Pulls an image and reports each step: status, and the layer it is of when there is one.</summary>
    /// <exception cref="EngineException">Status 500 when the pull failed after it had begun.</exception>
    public async Task PullAsync(
        ImageReference image,
        string? credentials,
        Action<string, string?> report,
        CancellationToken cancellationToken
    )
    {
        KeyValuePair<string, string>[] headers = credentials is null ? [] : [new("X-Registry-Auth", credentials)];
        var path =
            $"/images/create?fromImage={Uri.EscapeDataString(image.Repository)}&tag={Uri.EscapeDataString(image.Digest ?? image.Tag!)}";
        using var answer = await _connection.StreamAsync(HttpMethod.Post, path, headers, cancellationToken);
        using var reader = new StreamReader(answer.Content);
        while (await ReadLineAsync(reader, cancellationToken) is { } line)
        {
            if (line.Length == 0)
                continue;
            var step = JsonNode.Parse(line);
            if (step.Text("error") is { } fault)
                throw new EngineException($"The Docker engine could not pull {image}: {fault}", 500, fault);
            if (step.Text("status") is { } status)
                report(status, step.Text("id"));
        }
    }

    public async Task<string> CreateContainerAsync(JsonObject specification, CancellationToken cancellationToken)
    {
        var created = await _connection.SendAsync(HttpMethod.Post, "/containers/create", specification, cancellationToken);
        return created.Text("Id")!;
    }

    public Task StartAsync(string container, CancellationToken cancellationToken) =>
        _connection.SendAsync(HttpMethod.Post, $"/containers/{container}/start", null, cancellationToken);

    /// <summary>Copies what the container writes, until it has ended, to a file.</summary>
    public async Task CopyLogAsync(string container, Stream log, CancellationToken cancellationToken)
    {
        using var answer = await _connection.StreamAsync(
            HttpMethod.Get,
            $"/containers/{container}/logs?follow=1&stdout=1&stderr=1",
            [],
            cancellationToken
        );
        try
        {
            await LogFrames.CopyAsync(answer.Content, log, cancellationToken);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw _connection.Lost(error);
        }
    }

    /// <summary>Returns once the container has ended.</summary>
    public async Task WaitAsync(string container, CancellationToken cancellationToken)
    {
        using var answer = await _connection.StreamAsync(
            HttpMethod.Post,
            $"/containers/{container}/wait?condition=not-running",
            [],
            cancellationToken
        );
        using var reader = new StreamReader(answer.Content);
        if (await ReadLineAsync(reader, cancellationToken) is not { Length: > 0 })
            throw _connection.Lost(new EndOfStreamException("the connection was closed"));
    }

    public async Task<ContainerState> GetStateAsync(string container, CancellationToken cancellationToken)
    {
        var state = (await _connection.SendAsync(HttpMethod.Get, $"/containers/{container}/json", null, cancellationToken)).Object("State");
        return new((int)(state.Integer("ExitCode") ?? -1), state.Flag("OOMKilled"), state.Text("Error") ?? "");
    }

    /// <summary>Sends TERM, and KILL after the grace time in whole seconds, at once when there is none; returns when the container has ended.</summary>
    public async Task StopAsync(string container, TimeSpan grace)
    {
        var seconds = (int)Math.Ceiling(grace.TotalSeconds);
        await _connection.SendAsync(HttpMethod.Post, $"/containers/{container}/stop?t={seconds}", null, CancellationToken.None);
    }

    /// <summary>Removes a container, running or not, with its anonymous volumes.</summary>
    public async Task RemoveAsync(string container)
    {
        try
        {
            await _connection.SendAsync(HttpMethod.Delete, $"/containers/{container}?force=1&v=1", null, CancellationToken.None);
        }
        catch (EngineException error) when (error.Status is 404 or 409)
        {
            // Gone already, or being removed.
        }
    }

    /// <summary>Containers, running or not, that carry a label of that value: id and the value of another label.</summary>
    public async Task<IReadOnlyList<(string Id, string? Label)>> ListAsync(
        string label,
        string value,
        string shown,
        CancellationToken cancellationToken
    )
    {
        var filters = new JsonObject { ["label"] = new JsonArray($"{label}={value}") }.ToJsonString();
        var found = await _connection.SendAsync(
            HttpMethod.Get,
            $"/containers/json?all=1&filters={Uri.EscapeDataString(filters)}",
            null,
            cancellationToken
        );
        return [.. (found as JsonArray ?? []).Select(container => (container.Text("Id")!, container.Object("Labels").Text(shown)))];
    }

    private async Task<string?> ReadLineAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadLineAsync(cancellationToken);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw _connection.Lost(error);
        }
    }
}

/// <summary>How a container ended.</summary>
/// <param name="ExitCode">Of its first process; 128 and the signal when one ended it.</param>
/// <param name="IsOutOfMemory">The kernel killed something in it for want of memory.</param>
/// <param name="Error">What the engine says when it could not run it; empty otherwise.</param>
internal sealed record ContainerState(int ExitCode, bool IsOutOfMemory, string Error);
