using System.Net.Sockets;
using Fixtures.Registries;
using Images.Docker;

namespace Images.Tests.Docker;

public class EngineProbeTests
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, "unix:///var/run/docker.sock")]
    [InlineData("", "unix:///var/run/docker.sock")]
    [InlineData("unix:///other.sock", "unix:///other.sock")]
    public void Address_IsTheVariableOrTheDefault(string? variable, string expected) =>
        Assert.Equal(expected, EngineProbe.Address(name => name == "DOCKER_HOST" ? variable : null));

    [Theory]
    [InlineData("tcp://engine.example:2376", "is not an engine of this machine")]
    [InlineData("unix:///nowhere/docker.sock", "does not respond")]
    public async Task FindFault_IsTheReason_WithoutAnEngine(string address, string expected) =>
        Assert.Equal(expected, await EngineProbe.FindFaultAsync(address, cancellation));

    [Fact]
    public async Task FindFault_IsNull_WhenTheEngineOfABusyMachineRespondsLate()
    {
        var folder = Directory.CreateTempSubdirectory("engine-");
        var path = Path.Combine(folder.FullName, "docker.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var answered = AnswerLateAsync(listener);

        Assert.Null(await EngineProbe.FindFaultAsync($"unix://{path}", cancellation));

        await answered;
        folder.Delete(recursive: true);
    }

    private async Task AnswerLateAsync(Socket listener)
    {
        using var client = await listener.AcceptAsync(cancellation);
        await client.ReceiveAsync(new byte[4096], cancellation);
        await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        await client.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"u8.ToArray(), cancellation);
    }

    [Fact]
    public async Task FindRegistryFault_IsNull_WhileTheRegistryRuns()
    {
        await using var server = await DistributionRegistry.StartAsync(cancellationToken: cancellation);
        Assert.Null(await EngineProbe.FindRegistryFaultAsync(server.Name, cancellation));

        await server.KillAsync();
        Assert.Equal("does not respond", await EngineProbe.FindRegistryFaultAsync(server.Name, cancellation));
    }
}
