using System.Text.Json.Nodes;
using Fixtures.Network;
using Fixtures.Registries;
using WorkspaceEmulator.Containers;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Tests;

namespace EndToEnd.Containers;

public class RegistryTokenTests(Engine engine)
{
    [Fact]
    public async Task Engine_LogsInPushesAndPulls_WithTokensOfTheEmulator()
    {
        engine.Require();
        var port = LoopbackPort.FindFree();
        var name = $"localhost:{port}";
        await using var emulator = await TestEmulator.StartAsync(options =>
            options with
            {
                Runtime = JobRuntime.Docker,
                DockerHost = engine.Host,
                JobNetwork = JobNetwork.Host,
                RegistryService = name,
            }
        );
        await using var registry = await DistributionRegistry.StartAsync(
            new()
            {
                Port = port,
                TokenTrust = new(
                    new(emulator.Endpoint, "oauth2/token"),
                    name,
                    "Azure Container Registry",
                    await File.ReadAllTextAsync(Path.Combine(emulator.Folder, "registry-token.crt"), TestContext.Current.CancellationToken)
                ),
            },
            TestContext.Current.CancellationToken
        );
        var token = await File.ReadAllTextAsync(Path.Combine(emulator.Folder, "token"), TestContext.Current.CancellationToken);
        using var form = new FormUrlEncodedContent([new("grant_type", "access_token"), new("service", name), new("access_token", token)]);
        using var exchanged = await emulator.Client.PostAsync("oauth2/exchange", form, TestContext.Current.CancellationToken);
        var refresh = (string)
            JsonNode.Parse(await exchanged.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["refresh_token"]!;

        var wrong = await engine.LoginAsync(name, "00000000-0000-0000-0000-000000000000", "wrong", emulator.Folder);
        Assert.Contains("unauthorized", wrong, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(
            "Login Succeeded",
            await engine.LoginAsync(name, "00000000-0000-0000-0000-000000000000", refresh, emulator.Folder),
            StringComparison.Ordinal
        );
        var image = await engine.PushAsync(name, "guarded", configuration: emulator.Folder);

        // The emulator signs in to its own registry by itself.
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync(image);
        await emulator.SubmitAsync("pulls", "echo pulled", prepare: false);
        await emulator.WaitForEndAsync("pulls");
        Assert.Equal("pulled\n", emulator.Log("pulls"));
    }
}
