using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Tests;

namespace EndToEnd.Containers;

public sealed class CrashTests(Engine engine) : IDisposable
{
    private readonly string folder = TestEmulator.NewFolder();
    private Process? crashing;

    public void Dispose()
    {
        if (crashing is not null)
        {
            if (!crashing.HasExited)
                crashing.Kill();
            crashing.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Start_RemovesTheContainers_WhenTheEmulatorWasKilled()
    {
        engine.Require();
        var program = Path.Combine(AppContext.BaseDirectory, "WorkspaceEmulator.dll");
        crashing = Process.Start(
            "dotnet",
            [
                program,
                "--state",
                folder,
                "--workspace",
                "sub/group/work",
                "--provisioning-milliseconds",
                "30",
                "--runtime",
                "docker",
                "--docker-host",
                engine.Host,
                "--job-network",
                "host",
            ]
        );
        var announcement = Path.Combine(folder, "emulator.json");
        await TestEmulator.WaitForFileAsync(announcement);
        var address = JsonNode.Parse(await File.ReadAllTextAsync(announcement, TestContext.Current.CancellationToken))!;
        Assert.Equal("docker", (string?)address["runtime"]);
        using (var client = TestEmulator.CreateClient(folder, new((string)address["endpoint"]!)))
        {
            await PutAsync(
                client,
                "/computes/cpu",
                """{"properties":{"computeType":"AmlCompute","properties":{"vmSize":"Standard_DS3_v2"}}}"""
            );
            await PutAsync(client, "/environments/detection/versions/1", """{"properties":{"image":"debian-base:bookworm"}}""");
            await PutAsync(client, "/jobs/orphan", TestEmulator.Job("echo > go; sleep 600").ToJsonString());
            await TestEmulator.WaitForFileAsync(Path.Combine(folder, "jobs/orphan/wd/go"));
        }

        crashing.Kill();
        await crashing.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Single(await engine.ContainersOfAsync(folder));

        // Also when it runs jobs as processes from now on.
        await using var emulator = await TestEmulator.StartAsync(folder: folder);

        Assert.Empty(await engine.ContainersOfAsync(folder));
        var details = await emulator.WaitForEndAsync("orphan");
        Assert.Equal("Failed", (string?)details["status"]);
        Assert.StartsWith(
            "The emulator ended unexpectedly while the job ran.",
            (string?)details["error"]!["error"]!["message"],
            StringComparison.Ordinal
        );
    }

    private static async Task PutAsync(HttpClient client, string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await client.PutAsync(TestEmulator.Arm(path), content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }
}
