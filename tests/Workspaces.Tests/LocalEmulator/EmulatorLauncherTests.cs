using System.Diagnostics;
using System.Globalization;
using Fixtures.Services;
using Workspaces.Errors;
using Workspaces.LocalEmulator;

namespace Workspaces.Tests.LocalEmulator;

public sealed class EmulatorLauncherTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("emulator-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task FindAsync_ReturnsNull_WhenNoneWasEverStarted() => Assert.Null(await new EmulatorLauncher().FindAsync(folder, Stop));

    [Fact]
    public async Task FindAsync_ReturnsNull_WhenItsProcessHasEnded()
    {
        WriteDescription(processId: 4_194_304, DateTimeOffset.UtcNow); // above Linux's largest process id

        Assert.Null(await new EmulatorLauncher().FindAsync(folder, Stop));
        Assert.False(await new EmulatorLauncher().StopAsync(folder, Stop));
    }

    [Fact]
    public void IsAlive_ReturnsFalse_WhenAnotherProcessHasTheId() =>
        Assert.False(
            EmulatorProcess.IsAlive(Environment.ProcessId, new DateTimeOffset(Process.GetCurrentProcess().StartTime).AddHours(-1))
        );

    [Fact]
    public void IsAlive_ReturnsTrue_WhenTheProcessStartedBeforeItsDescription() =>
        Assert.True(EmulatorProcess.IsAlive(Environment.ProcessId, DateTimeOffset.UtcNow));

    [Fact]
    public async Task StopAsync_SignalsTheProcess_WhenItDoesNotRespond()
    {
        using var process = Process.Start(new ProcessStartInfo("sleep", "60"))!;
        WriteDescription(process.Id, DateTimeOffset.UtcNow);

        Assert.True(await new EmulatorLauncher().StopAsync(folder, Stop));

        await process.WaitForExitAsync(Stop);
        Assert.Equal(128 + 15, process.ExitCode); // ended by SIGTERM
    }

    [Fact]
    public async Task EnsureRunningAsync_ShowsTheEndOfTheLog_WhenTheEmulatorExits()
    {
        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            new EmulatorLauncher().EnsureRunningAsync(Settings("echo 'no disk space, token=planted' >&2; exit 4"), Stop)
        );

        Assert.Equal(
            $"The workspace emulator exited with code 4 before it listened. The end of {folder}/emulator.log:\n  no disk space, token=***",
            error.Message
        );
    }

    [Fact]
    public async Task EnsureRunningAsync_LeavesNoProcess_WhenTheEmulatorDoesNotListenInTime()
    {
        var settings = Settings($"echo $$ > {folder}/pid; exec sleep 60") with { StartTimeout = TimeSpan.FromSeconds(1) };

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => new EmulatorLauncher().EnsureRunningAsync(settings, Stop));

        Assert.Equal(
            $"The workspace emulator did not listen within 1 s. The end of {folder}/emulator.log:\n  (the log is empty)",
            error.Message
        );
        var processId = int.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "pid"), Stop), CultureInfo.InvariantCulture);
        Assert.False(EmulatorProcess.IsAlive(processId, DateTimeOffset.UtcNow));
    }

    [Fact]
    public async Task EnsureRunningAsync_StartsTheProcess_InItsOwnSession()
    {
        var settings = Settings($"cut -d' ' -f6 /proc/$$/stat > {folder}/session; echo $$ > {folder}/pid; exit 5");

        await Assert.ThrowsAsync<WorkspaceException>(() => new EmulatorLauncher().EnsureRunningAsync(settings, Stop));

        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(folder, "pid"), Stop),
            await File.ReadAllTextAsync(Path.Combine(folder, "session"), Stop)
        );
    }

    [Fact]
    public async Task EnsureRunningAsync_StartsAgain_WhenAnotherOneReleasesTheFolder()
    {
        var settings = Settings($"if [ -e {folder}/tried ]; then echo second; exit 6; fi; touch {folder}/tried; exit 3");

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => new EmulatorLauncher().EnsureRunningAsync(settings, Stop));

        Assert.Contains("exited with code 6", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadBuild_ReturnsTheModuleVersionId_OfAnAssembly() =>
        Assert.Equal(
            typeof(EmulatorLauncher).Module.ModuleVersionId,
            EmulatorLauncher.ReadBuild(typeof(EmulatorLauncher).Assembly.Location)
        );

    [Fact]
    public void ReadBuild_ReturnsNull_WhenThereIsNoAssembly() =>
        Assert.Null(EmulatorLauncher.ReadBuild(Path.Combine(folder, "WorkspaceEmulator.dll")));

    [Fact]
    public void CreateArguments_PassesEverySetting_ToTheEmulator()
    {
        var settings = new EmulatorSettings("/state", ["dotnet", "/bin/WorkspaceEmulator.dll"], [FakeService.Address])
        {
            IdleTime = TimeSpan.FromMinutes(5),
            Runtime = "docker",
            DockerHost = "unix:///run/engine.sock",
            ProcessPath = ["/opt/python/bin"],
            ProcessVariables = new Dictionary<string, string>(StringComparer.Ordinal) { ["OMP_NUM_THREADS"] = "2" },
            ProvisioningTime = TimeSpan.FromMilliseconds(20),
        };

        Assert.Equal(
            "--state /state --url https://localhost:0 --workspace 00000000-0000-0000-0000-000000000001/team/vision --location "
                + "westeurope --idle-minutes 5 "
                + "--runtime docker --docker-host unix:///run/engine.sock --process-path /opt/python/bin --process-variable "
                + "OMP_NUM_THREADS=2 --provisioning-milliseconds 20",
            string.Join(' ', settings.CreateArguments())
        );
        Assert.Equal("/bin/WorkspaceEmulator.dll", settings.AssemblyPath);
    }

    private EmulatorSettings Settings(string script) => new(folder, ["/bin/sh", "-c", script], []);

    private void WriteDescription(int processId, DateTimeOffset startedAt) =>
        File.WriteAllText(
            Path.Combine(folder, "emulator.json"),
            $$"""
            {"endpoint":"https://localhost:1/","processId":{{processId}},"startedAt":"{{startedAt:O}}","certificate":"/none",
             "tokenFile":"/none","build":""}
            """
        );
}
