using System.Net;
using WorkspaceEmulator.Containers;
using static WorkspaceEmulator.Tests.Containers.ContainerJobs;

namespace WorkspaceEmulator.Tests.Containers;

public class ContainerGatewayTests
{
    [Fact]
    public async Task OpenAsync_PassesConnectionsOn_FromTheBridge()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var emulator = await StartAsync(engine);
        await RunAsync(emulator);
        var uri = engine.Created!["Env"]!
            .AsArray()
            .Select(entry => (string)entry!)
            .Single(entry => entry.StartsWith("MLFLOW_TRACKING_URI=", StringComparison.Ordinal));
        var authority = new Uri(uri["MLFLOW_TRACKING_URI=".Length..]).Authority;
        Assert.Equal($"host.docker.internal:{emulator.Endpoint.Port}", authority);
        Assert.Equal("host.docker.internal:127.0.0.2", (string?)engine.Created["HostConfig"]!["ExtraHosts"]![0]);

        using var client = TestEmulator.CreateClient(emulator.Folder, new($"https://127.0.0.2:{emulator.Endpoint.Port}/"));
        client.DefaultRequestHeaders.Host = authority;
        using var response = await client.GetAsync("emulator/status", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task OpenAsync_FailsTheJob_WhenTheEngineHasNoBridge()
    {
        await using var engine = await FakeEngine.StartAsync(new() { Gateway = null });
        await using var emulator = await StartAsync(engine);

        var details = await RunAsync(emulator);

        Assert.Equal("Failed", (string?)details["status"]);
        Assert.Equal(
            $"Containers cannot reach the emulator through the bridge network of the Docker engine at {engine.Host} (it has none). "
                + "Give the engine a bridge, or let jobs use this machine's network: start the emulator with --job-network=host, or set "
                + "WORKSPACE_EMULATOR_JOB_NETWORK=host for the target that starts it.",
            Error(details)
        );
        Assert.Null(engine.Created);
    }

    [Fact]
    public async Task CreateContainer_UsesTheMachinesNetwork_WhenAsked()
    {
        await using var engine = await FakeEngine.StartAsync(new() { Gateway = null });
        await using var emulator = await StartAsync(engine, options => options with { JobNetwork = JobNetwork.Host });

        Assert.Equal("Completed", (string?)(await RunAsync(emulator))["status"]);
        Assert.Equal("host", (string?)engine.Created!["HostConfig"]!["NetworkMode"]);
    }
}
