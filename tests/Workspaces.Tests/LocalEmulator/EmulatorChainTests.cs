using System.Globalization;
using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Plans;
using Fixtures.Services;
using Workspaces.Computes;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Datastores;
using Workspaces.Environments;
using Workspaces.Errors;
using Workspaces.Http;
using Workspaces.Jobs;
using Workspaces.LocalEmulator;
using Workspaces.Logs;
using Workspaces.Tests.Doubles;

namespace Workspaces.Tests.LocalEmulator;

/// <summary>Tests the client against the emulator as a process. They share no code, only the REST contract.</summary>
public class EmulatorChainTests(EmulatorFolder folder) : IClassFixture<EmulatorFolder>
{
    private const string LogMetrics = """
        python3 - <<'END'
        import json, os, ssl, urllib.request
        base = os.environ["MLFLOW_TRACKING_URI"].replace("azureml://", "https://") + "/api/2.0/mlflow/runs/log-batch"
        metrics = [{"key": "train_loss", "value": 1.0 / step, "timestamp": 1700000000000 + step, "step": step} for step in range(1, 6)]
        body = {"run_id": os.environ["MLFLOW_RUN_ID"], "metrics": metrics, "params": [], "tags": [{"key": "test_set", "value": "test.csv"}]}
        headers = {"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], "Content-Type": "application/json"}
        request = urllib.request.Request(base, json.dumps(body).encode(), headers)
        trust = ssl.create_default_context(cafile=os.environ["MLFLOW_TRACKING_SERVER_CERT_PATH"])
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust))
        print("logged", opener.open(request).status)
        END
        """;

    private static readonly FollowSettings Quick = new()
    {
        ShortestInterval = TimeSpan.FromMilliseconds(100),
        LongestInterval = TimeSpan.FromMilliseconds(300),
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Chain_RegistersEachResourceOnce_WhenRepeated()
    {
        var workspace = await folder.ConnectAsync(Stop);
        var plan = folder.Plan("register-once", "true");
        var datastore = plan.Datastore with { Name = "chain_data", Container = "chain_data" };
        var environment = plan.Environment with { Version = "chain" };
        var compute = plan.Compute with { Name = "chain" };

        Assert.Equal(StageChange.Created, (await new DatastoreRegistrar(workspace).RegisterAsync(datastore, Stop)).Change);
        Assert.Equal(StageChange.Unchanged, (await new DatastoreRegistrar(workspace).RegisterAsync(datastore, Stop)).Change);
        var moved = await new DatastoreRegistrar(workspace).RegisterAsync(datastore with { EndpointSuffix = folder.Root }, Stop);
        Assert.Equal(
            (StageChange.Updated, $"endpoint: {datastore.EndpointSuffix} → {folder.Root}"),
            (moved.Change, Assert.Single(moved.Differences))
        );

        var provisioner = new ComputeProvisioner(workspace);
        Assert.Equal(StageChange.Created, (await EnsureAsync(provisioner, compute)).Change);
        Assert.Equal(StageChange.Unchanged, (await EnsureAsync(provisioner, compute)).Change);
        var grown = await EnsureAsync(provisioner, compute with { MaxNodes = 5 });
        Assert.Equal((StageChange.Updated, 5), (grown.Change, grown.MaxNodes));

        var registrar = new EnvironmentRegistrar(workspace);
        Assert.Equal(StageChange.Created, (await registrar.RegisterAsync(await registrar.ReadAsync(environment, Stop), Stop)).Change);
        Assert.Equal(StageChange.Unchanged, (await registrar.RegisterAsync(await registrar.ReadAsync(environment, Stop), Stop)).Change);
    }

    [Fact]
    public async Task ComputeProvisioner_ReportsFaults_FromTheEmulatorsLists()
    {
        var provisioner = new ComputeProvisioner(await folder.ConnectAsync(Stop));
        var compute = TestPlans.Compute with { Name = "too-much", MaxNodes = 1000 };

        var unfit = await Assert.ThrowsAsync<WorkspaceException>(() =>
            provisioner.ReadAsync(compute with { VmSize = "Standard_DS3_v2" }, Stop)
        );
        var misspelt = await Assert.ThrowsAsync<WorkspaceException>(() =>
            provisioner.ReadAsync(compute with { VmSize = "Standard_NC4as_T4_v4" }, Stop)
        );

        Assert.Contains("COMPUTE.VM_SIZE is Standard_DS3_v2, which has no GPU", unfit.Message, StringComparison.Ordinal);
        Assert.Contains("  Standard DSv2 Family Cluster Dedicated vCPUs: 4000 needed, ", unfit.Message, StringComparison.Ordinal);
        Assert.Contains("  Total Cluster Dedicated Regional vCPUs: 4000 needed, ", unfit.Message, StringComparison.Ordinal);
        Assert.Contains(
            "Did you mean Standard_NC4as_T4_v3 (--set=COMPUTE.VM_SIZE=Standard_NC4as_T4_v3)?",
            misspelt.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Chain_ReadsLogMetricsAndArtifacts_WhenAJobCompletes()
    {
        var workspace = await folder.ConnectAsync(Stop);
        var plan = folder.Plan(
            "chain-completes",
            $"cat ${{{{inputs.data}}}}/note.txt; seq 1 3000; mkdir -p outputs/final; echo weights > "
                + $"outputs/final/model.txt\n{LogMetrics}\nprintf 'no end'"
        );

        var job = await EmulatorFolder.SubmitAsync(workspace, plan, Stop);
        var events = await new JobFollower(workspace, Quick).FollowAsync(job.Name, Stop).ToListAsync(Stop);
        var again = await EmulatorFolder.SubmitAsync(workspace, plan, Stop);

        Assert.Equal(("chain-completes", 1, StageChange.Created), (job.Name, job.Attempt, job.Change));
        Assert.Equal(new JobStatusChanged(JobStatus.Completed), events[^1]);
        string[] lines =
        [
            "from the datastore",
            .. Enumerable.Range(1, 3000).Select(number => number.ToString(CultureInfo.InvariantCulture)),
            "logged 200",
            "no end",
        ];
        Assert.Equal(string.Join('\n', lines), string.Join('\n', events.OfType<JobLogLine>().Select(line => line.Text)));
        Assert.Equal((job.Name, StageChange.Unchanged, JobStatus.Completed), (again.Name, again.Change, again.Status));

        var metrics = await new JobMetrics(workspace).ReadAsync(job.Name, Stop);
        Assert.Equal(0.2, metrics.Metrics["train_loss"]);

        var files = await new JobArtifacts(workspace).DownloadAsync(job.Name, Path.Combine(folder.Root, "fetched"), Stop);
        var model = files.Single(file => file.Path == "outputs/final/model.txt");
        Assert.Equal("weights\n", await File.ReadAllTextAsync(model.File, Stop));
        Assert.Contains(files, file => file.Path == "user_logs/std_log.txt");

        var details = await new JobHistory(workspace).ReadAsync(job.Name, Stop);
        Assert.Equal((JobStatus.Completed, null), (details.Status, details.FailureReason));
        Assert.Equal(("1000", "test.csv"), (details.Tags["steps"], details.Tags["test_set"]));
        Assert.True(details.Started <= details.Ended);
    }

    [Fact]
    public async Task DatastoreRegistrar_ReadsTheKey_FromTheWorkspacesVault()
    {
        var workspace = await folder.ConnectAsync(Stop);
        var datastore = TestPlans.Blob with
        {
            Name = "vault_data",
            Authentication = DatastoreAuthentication.AccountKey,
            KeyVaultSecret = "pictures-key",
        };
        var missing = await Assert.ThrowsAsync<WorkspaceException>(() => new DatastoreRegistrar(workspace).ReadAsync(datastore, Stop));
        await folder.SetSecretAsync(workspace, "pictures-key", "planted-key==", Stop);

        var registrar = new DatastoreRegistrar(workspace);
        var registered = await registrar.RegisterAsync(datastore, await registrar.ReadAsync(datastore, Stop), Stop);

        Assert.Contains("has no secret 'pictures-key'", missing.Message, StringComparison.Ordinal);
        Assert.Equal(StageChange.Created, registered.Change);
        var found = (await workspace.Resource.GetMachineLearningDatastoreAsync("vault_data", Stop)).Value;
        Assert.Equal(
            "planted-key==",
            Assert.IsType<MachineLearningAccountKeyDatastoreSecrets>((await found.GetSecretsAsync(Stop)).Value).Key
        );
        foreach (
            var file in Directory
                .EnumerateFiles(folder.Settings.StateFolder, "*", SearchOption.AllDirectories)
                .Where(file => !file.EndsWith("lock", StringComparison.Ordinal))
        )
        {
            using var text = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            Assert.DoesNotContain("planted-key==", await text.ReadToEndAsync(Stop), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Chain_FailsWithAReasonAndRetries_WhenTheCommandExitsWith3()
    {
        var workspace = await folder.ConnectAsync(Stop);
        var plan = folder.Plan("chain-fails", "echo before; exit 3");

        var job = await EmulatorFolder.SubmitAsync(workspace, plan, Stop);
        var events = await new JobFollower(workspace, Quick).FollowAsync(job.Name, Stop).ToListAsync(Stop);
        var details = await new JobHistory(workspace).ReadAsync(job.Name, Stop);
        var next = await EmulatorFolder.SubmitAsync(workspace, plan, Stop);

        Assert.Equal([new JobLogLine("user_logs/std_log.txt", "before"), new JobStatusChanged(JobStatus.Failed)], events.TakeLast(2));
        Assert.Contains("3", details.FailureReason, StringComparison.Ordinal);
        Assert.Equal(("chain-fails-2", 2, StageChange.Created), (next.Name, next.Attempt, next.Change));
    }

    [Fact]
    public async Task Chain_EndsCanceled_WhenARunningJobIsCancelled()
    {
        var workspace = await folder.ConnectAsync(Stop);
        var job = await EmulatorFolder.SubmitAsync(workspace, folder.Plan("chain-cancelled", "echo started; exec sleep 120"), Stop);
        var canceller = new JobCanceller(workspace);
        JobStatus? cancelled = null;
        var events = new List<JobEvent>();

        await foreach (var change in new JobFollower(workspace, Quick).FollowAsync(job.Name, Stop))
        {
            events.Add(change);
            if (change is JobLogLine { Text: "started" })
                cancelled = await canceller.CancelAsync(job.Name, Stop);
        }

        Assert.Equal(JobStatus.Canceled, cancelled);
        Assert.Equal(new JobStatusChanged(JobStatus.Canceled), events[^1]);
    }

    [Fact]
    public async Task ConnectAsync_Fails_WhenTheWorkspaceIsMissing()
    {
        var emulator = await new EmulatorLauncher().EnsureRunningAsync(folder.Settings, Stop);
        var other = EmulatorFolder.Address with { WorkspaceName = "other-workspace" };

        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            WorkspaceClient.ConnectAsync(WorkspaceConnection.ToEmulator(other, emulator), Stop)
        );

        Assert.StartsWith("Workspace 'other-workspace' in resource group 'team'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConnectAsync_Fails_WhenTheCertificateIsNotPinned()
    {
        var emulator = await new EmulatorLauncher().EnsureRunningAsync(folder.Settings, Stop);
        var connection = WorkspaceConnection.ToEmulator(
            EmulatorFolder.Address,
            emulator with
            {
                CertificateThumbprint = new string('0', 64),
            }
        );

        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            WorkspaceClient.ConnectAsync(
                connection with
                {
                    Retries = RetrySettings.Default with { Delay = TimeSpan.FromMilliseconds(1) },
                },
                Stop
            )
        );

        Assert.Contains("got no response", error.Message, StringComparison.Ordinal);
    }

    private static async Task<ComputeTarget> EnsureAsync(ComputeProvisioner provisioner, ComputePlan compute) =>
        await provisioner.EnsureAsync(compute, await provisioner.ReadAsync(compute, Stop), new Progress<string>(), Stop);
}
