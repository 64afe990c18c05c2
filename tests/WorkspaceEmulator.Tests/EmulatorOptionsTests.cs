using WorkspaceEmulator.Computes;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Faults;
using WorkspaceEmulator.Hosting;

namespace WorkspaceEmulator.Tests;

public class EmulatorOptionsTests
{
    [Fact]
    public void Parse_ReadsEveryOption()
    {
        var (options, faults) = EmulatorOptions.Parse([
            "--state",
            "/tmp/s",
            "--url=https://localhost:4001",
            "--workspace",
            "s/g/one",
            "--workspace",
            "s/g/two",
            "--location",
            "northeurope",
            "--idle-minutes",
            "5",
            "--runtime",
            "process",
            "--process-path",
            "/a",
            "--process-path",
            "/b",
            "--process-variable",
            "K=v=w",
            "--record",
            "/tmp/r",
            "--provisioning-milliseconds",
            "0",
            "--docker-host",
            "unix:///run/d.sock",
            "--job-memory",
            "8g",
            "--registry-service",
            "example.azurecr.io",
            "--quota",
            "Clusters=3",
            "--quota=standard dsv2 family cluster dedicated vcpus=0",
        ]);

        Assert.Empty(faults);
        Assert.Equal(
            ("/tmp/s", 4001, "northeurope", TimeSpan.FromMinutes(5), "/tmp/r", TimeSpan.Zero),
            (options!.StateFolder, options.Port, options.Location, options.IdleTime, options.RecordFile, options.ProvisioningTime)
        );
        Assert.Equal(["s/g/one", "s/g/two"], options.Workspaces.Select(workspace => workspace.Key));
        Assert.Equal(["/a", "/b"], options.ProcessPaths);
        Assert.Equal("v=w", options.ProcessVariables["K"]);
        Assert.Equal(
            [("Clusters", 3), ("Standard DSv2 Family Cluster Dedicated vCPUs", 0)],
            options.Quotas.Select(quota => (quota.Key, quota.Value))
        );
        Assert.Equal(
            (JobRuntime.Process, "unix:///run/d.sock", 8L << 30, "example.azurecr.io"),
            (options.Runtime, options.DockerHost, options.JobMemory, options.RegistryService)
        );
    }

    [Fact]
    public void Parse_ReportsEveryFault()
    {
        var (options, faults) = EmulatorOptions.Parse([
            "--url",
            "http://0.0.0.0:1",
            "--workspace",
            "x",
            "--idle-minutes",
            "0",
            "--runtime",
            "podman",
            "--docker-host",
            "tcp://h:1",
            "--job-memory",
            "1m",
            "--process-variable",
            "x",
            "--colour",
            "red",
            "--quota",
            "Nodes=1",
            "loose",
            "--record",
        ]);

        Assert.Null(options);
        Assert.Equal(
            [
                "--url is \"http://0.0.0.0:1\"; it must be https://localhost:PORT, with port 0 for any free one.",
                "--workspace is \"x\"; it must be SUBSCRIPTION/GROUP/NAME.",
                "--idle-minutes is \"0\"; it must be a whole number from 1 to 10080.",
                "--runtime is \"podman\"; it must be process or docker.",
                "--job-memory is \"1m\"; it must be a size of at least 6m, such as 512m or 8g.",
                "--process-variable must be NAME=VALUE.",
                "--colour is not known.",
                "--quota is \"Nodes=1\"; it must be NAME=N with a whole number N and one of these names: "
                    + $"{string.Join(", ", QuotaNames.All)}.",
                "\"loose\" is not an option.",
                "--record has no value.",
                "--docker-host is \"tcp://h:1\"; it must be unix:///PATH, as jobs mount folders of this machine.",
                "--state is missing; it must name the folder that holds the emulator's state.",
            ],
            faults
        );
    }

    [Fact]
    public void Parse_ReadsTheFaultScript_AndReportsItsFaults()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, """{ "rules": [{ "path": "**", "status": 503 }] }""");
        var (options, _) = EmulatorOptions.Parse(["--state", "/tmp/s", "--faults", file]);
        File.WriteAllText(file, """{ "rules": [{ "path": "**", "status": 99 }] }""");
        var (_, faults) = EmulatorOptions.Parse(["--faults", file, "--faults=/no/such/file"]);

        Assert.Equal(503, Assert.IsType<ScriptedResponse>(Assert.Single(options!.Faults.Rules).Effect).Status);
        Assert.Equal(
            [
                $"{file}:1:39: rules[0].status is 99; it must be a whole number from 200 to 599.",
                "--faults is \"/no/such/file\"; it must be a file that can be read (Could not find a part of the path '/no/such/file'.).",
                "--state is missing; it must name the folder that holds the emulator's state.",
            ],
            faults
        );
        File.Delete(file);
    }
}
