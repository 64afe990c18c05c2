using Fixtures.Checkouts;
using Workspaces.Connection;
using Workspaces.Errors;
using Workspaces.Jobs;
using Workspaces.LocalEmulator;
using Workspaces.Logs;
using Workspaces.Tests.Doubles;

namespace Workspaces.Tests.LocalEmulator;

public sealed class EmulatorLifecycleTests : IAsyncLifetime
{
    private readonly EmulatorFolder folder = new();
    private readonly EmulatorLauncher emulator = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => folder.InitializeAsync();

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    [Fact]
    public async Task EnsureRunningAsync_StartsOne_WhenCalledConcurrently()
    {
        var running = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => new EmulatorLauncher().EnsureRunningAsync(folder.Settings, Stop))
        );

        Assert.Single(running.Select(one => one.ProcessId).Distinct());
        Assert.Single(running, one => one.Start == EmulatorStart.Started);
        Assert.Equal(2, running.Count(one => one.Start == EmulatorStart.Reused));
    }

    [Fact]
    public async Task StopAsync_EndsTheProcess_AndKeepsTheState()
    {
        var recording = Path.Combine(folder.Root, "traffic.jsonl");
        var first = await emulator.EnsureRunningAsync(folder.Settings with { RecordingFile = recording }, Stop);
        var workspace = await folder.ConnectAsync(Stop);
        var job = await EmulatorFolder.SubmitAsync(workspace, folder.Plan("outlives", "echo kept"), Stop);
        var before = await new JobFollower(workspace).FollowAsync(job.Name, Stop).ToListAsync(Stop);
        var state = await emulator.FindAsync(folder.Settings.StateFolder, Stop);

        Assert.True(await emulator.StopAsync(folder.Settings.StateFolder, Stop));
        Assert.Null(await emulator.FindAsync(folder.Settings.StateFolder, Stop));
        Assert.False(EmulatorProcess.IsAlive(first.ProcessId, DateTimeOffset.UtcNow));
        var again = await folder.ConnectAsync(Stop);

        Assert.Equal((0, recording), (state!.ActiveJobs, state.RecordingFile));
        Assert.Equal(before[^2..], (await new JobFollower(again).FollowAsync(job.Name, Stop).ToListAsync(Stop))[^2..]);
        Assert.Equal(StageChange.Unchanged, (await EmulatorFolder.SubmitAsync(again, folder.Plan("outlives", "echo kept"), Stop)).Change);
        var traffic = await File.ReadAllTextAsync(recording, Stop);
        Assert.Contains("/jobs/outlives", traffic, StringComparison.Ordinal);
        var token = await first.Credential.GetTokenAsync(new Azure.Core.TokenRequestContext([]), Stop);
        Assert.DoesNotContain(token.Token, traffic, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EnsureRunningAsync_ReplacesAnOlderBuild_WhenNoJobIsActive()
    {
        // The named assembly differs from the running one, as after a rebuild.
        var rebuilt = folder.Settings with
        {
            Command = ["/bin/sh", "-c", $"exec dotnet '{Checkout.Emulator}' \"$@\"", typeof(EmulatorLauncher).Assembly.Location],
        };
        var first = await emulator.EnsureRunningAsync(folder.Settings, Stop);
        var workspace = await folder.ConnectAsync(Stop);
        var job = await EmulatorFolder.SubmitAsync(workspace, folder.Plan("busy", "exec sleep 120"), Stop);

        var kept = await emulator.EnsureRunningAsync(rebuilt, Stop);
        await new JobCanceller(workspace).CancelAsync(job.Name, Stop);
        var replaced = await emulator.EnsureRunningAsync(rebuilt, Stop);

        Assert.Equal((EmulatorStart.Reused, first.ProcessId), (kept.Start, kept.ProcessId));
        Assert.Equal(
            $"The emulator (process {first.ProcessId}) runs an older build and was kept because of 1 active job. It is replaced "
                + "once no job is active.",
            kept.Note
        );
        Assert.Equal(EmulatorStart.Restarted, replaced.Start);
        Assert.NotEqual(first.ProcessId, replaced.ProcessId);
    }

    [Fact]
    public async Task EnsureRunningAsync_CreatesTheWorkspace_WhenStartedForAnotherOne()
    {
        await emulator.EnsureRunningAsync(folder.Settings, Stop);
        var other = EmulatorFolder.Address with { WorkspaceName = "second" };

        var running = await emulator.EnsureRunningAsync(folder.Settings with { Workspaces = [other] }, Stop);

        var workspace = await WorkspaceClient.ConnectAsync(WorkspaceConnection.ToEmulator(other, running), Stop);
        Assert.EndsWith("/workspaces/second", workspace.Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EnsureRunningAsync_ActivatesAFaultScript_AndKeepsIt()
    {
        var script = Path.Combine(folder.Root, "faults.json");
        await File.WriteAllTextAsync(
            script,
            """{ "rules": [{ "path": "**", "status": 403 }, { "path": "**", "delayMilliseconds": 1 }] }""", // 403 is not retried.
            Stop
        );
        await emulator.EnsureRunningAsync(folder.Settings, Stop);

        var given = await emulator.EnsureRunningAsync(folder.Settings with { FaultScriptFile = script }, Stop);
        var left = await emulator.EnsureRunningAsync(folder.Settings, Stop); // works although the script makes every request fail
        var error = await Assert.ThrowsAsync<WorkspaceException>(() => folder.ConnectAsync(Stop));
        await File.WriteAllTextAsync(script, """{ "rules": [] }""", Stop);
        var ended = await emulator.EnsureRunningAsync(folder.Settings with { FaultScriptFile = script }, Stop);

        Assert.Equal([2, 2, 0], [given.FaultRules, left.FaultRules, ended.FaultRules]);
        Assert.Equal(403, error.Status);
        await folder.ConnectAsync(Stop);
    }

    [Fact]
    public async Task EnsureRunningAsync_NamesEveryFault_OfAFaultScript()
    {
        var script = Path.Combine(folder.Root, "faults.json");
        await File.WriteAllTextAsync(script, """{ "rules": [{ "path": "**" }, 7] }""", Stop);

        var wrong = await Assert.ThrowsAsync<WorkspaceException>(() =>
            emulator.EnsureRunningAsync(folder.Settings with { FaultScriptFile = script }, Stop)
        );
        var missing = await Assert.ThrowsAsync<WorkspaceException>(() =>
            emulator.EnsureRunningAsync(folder.Settings with { FaultScriptFile = "/no/such/file" }, Stop)
        );

        Assert.Equal(
            $"The fault script cannot be used:\n  {script}:1:13: rules[0] does nothing; it must have one of status, cut, "
                + "provisioning, token, delayMilliseconds or, beside job, preempt or log.\n"
                + $"  {script}:1:31: rules[1] is 7; it must be an object.",
            wrong.Message
        );
        Assert.Equal(
            "The fault script is /no/such/file; it must be a file that can be read (Could not find a part of the path "
                + "'/no/such/file'.). Correct --faults.",
            missing.Message
        );
    }
}
