using System.Text.Json.Nodes;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Hosting;

namespace WorkspaceEmulator.Tests.Containers;

/// <summary>Submits a job named <c>trains</c> to an emulator that runs jobs in containers.</summary>
internal static class ContainerJobs
{
    public const string Image = "registry.example/detection@sha256:aaaa";

    public static Task<TestEmulator> StartAsync(
        FakeEngine engine,
        Func<EmulatorOptions, EmulatorOptions>? change = null,
        string? folder = null
    ) =>
        TestEmulator.StartAsync(
            options =>
            {
                options = options with { Runtime = JobRuntime.Docker, DockerHost = engine.Host };
                return change?.Invoke(options) ?? options;
            },
            folder
        );

    public static async Task SubmitAsync(TestEmulator emulator, Action<JsonObject>? change = null)
    {
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync(Image);
        await emulator.SubmitAsync("trains", "true", change, prepare: false);
    }

    public static async Task<JsonNode> RunAsync(TestEmulator emulator, Action<JsonObject>? change = null)
    {
        await SubmitAsync(emulator, change);
        return await emulator.WaitForEndAsync("trains");
    }

    public static string? Error(JsonNode details) => (string?)details["error"]?["error"]?["message"];
}
