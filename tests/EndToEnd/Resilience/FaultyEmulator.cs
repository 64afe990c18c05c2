using Experiments.Model;
using Experiments.Plans;
using Experiments.Plans.Jobs;
using Experiments.Plans.Passports;
using Experiments.Records;
using Fixtures.Checkouts;
using Workspaces.Computes;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Datastores;
using Workspaces.Environments;
using Workspaces.Http;
using Workspaces.Jobs;
using Workspaces.LocalEmulator;
using Workspaces.Logs;

namespace EndToEnd.Resilience;

/// <summary>
/// One emulator with one workspace and one cluster, on which seeds run one after the other, by the library or by the host.
/// </summary>
public sealed class FaultyEmulator : IAsyncLifetime
{
    private static readonly FollowSettings Quick = new()
    {
        ShortestInterval = TimeSpan.FromMilliseconds(30),
        LongestInterval = TimeSpan.FromMilliseconds(300),
    };

    private readonly Checkout checkout = new();
    private readonly EmulatorSettings settings;
    private WorkspaceClient? client;
    private ComputeTarget? compute;
    private RegisteredEnvironment? environment;

    public FaultyEmulator()
    {
        checkout.WriteExperiment();
        Directory.CreateDirectory(Data);
        settings = new EmulatorSettings(Path.Combine(checkout.Root, ".local", "emulator"), ["dotnet", Checkout.Emulator], [Address])
        {
            ProvisioningTime = TimeSpan.FromMilliseconds(50),
        };
    }

    private static WorkspaceAddress Address { get; } =
        new(new Uri("https://localhost:0"), null, "00000000-0000-0000-0000-000000000000", "local", "local", "westeurope");

    private string Data => Path.Combine(checkout.Root, "data");

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var emulator = await new EmulatorLauncher().EnsureRunningAsync(settings, cancellationToken);
        client = await WorkspaceClient.ConnectAsync(
            WorkspaceConnection.ToEmulator(Address, emulator) with
            {
                Retries = RetrySettings.Default with { Delay = TimeSpan.FromMilliseconds(5) },
            },
            cancellationToken
        );
        var plan = PlanOf("prepare", "true");
        var datastores = new DatastoreRegistrar(client);
        await datastores.RegisterAsync(plan.Datastore, await datastores.ReadAsync(plan.Datastore, cancellationToken), cancellationToken);
        var computes = new ComputeProvisioner(client);
        compute = await computes.EnsureAsync(
            plan.Compute,
            await computes.ReadAsync(plan.Compute, cancellationToken),
            new Progress<string>(),
            cancellationToken
        );
        var environments = new EnvironmentRegistrar(client);
        environment = await environments.RegisterAsync(
            await environments.ReadAsync(plan.Environment, cancellationToken),
            cancellationToken
        );
    }

    public ValueTask DisposeAsync() => checkout.DisposeAsync();

    /// <summary>Runs a seed through the client library.</summary>
    public Task<SeedResult> RunAsync(SeedCase seed, CancellationToken cancellationToken) =>
        RunAsync(
            seed,
            async plan =>
            {
                var submitter = new JobSubmitter(client!);
                var job = await submitter.SubmitAsync(
                    plan,
                    compute!,
                    environment!,
                    await submitter.ReadAsync(plan, name: null, rerun: false, cancellationToken),
                    cancellationToken
                );
                var events = await new JobFollower(client!, Quick).FollowAsync(job.Name, cancellationToken).ToListAsync(cancellationToken);
                var notes = string.Join('\n', events.Where(happened => happened is not JobLogLine));
                return (
                    [.. events.OfType<JobLogLine>().Select(line => line.Text)],
                    events[^1] is JobStatusChanged { Status: JobStatus.Completed },
                    notes
                );
            },
            cancellationToken
        );

    /// <summary>Runs a seed as people do: a whole process of the host, from a plan and the records of the stages before.</summary>
    public Task<SeedResult> RunHostAsync(SeedCase seed, CancellationToken cancellationToken) =>
        RunAsync(
            seed,
            async plan =>
            {
                var artifacts = Path.Combine(checkout.Root, "artifacts");
                PlanFile.Write(artifacts, plan);
                new StageRecords(artifacts, plan.Name).Write(compute!);
                using var run = await checkout.RunAsync("--target=Train", "--exclusive");
                const string Mark = "  | ";
                string[] lines =
                [
                    .. run
                        .Output.Split('\n')
                        .Where(line => line.StartsWith(Mark, StringComparison.Ordinal))
                        .Select(line => line[Mark.Length..]),
                ];
                return (lines, run.ExitCode == 0, run.Output);
            },
            cancellationToken
        );

    private async Task<SeedResult> RunAsync(
        SeedCase seed,
        Func<ExperimentPlan, Task<(IReadOnlyList<string> Lines, bool Succeeded, string Notes)>> run,
        CancellationToken cancellationToken
    )
    {
        for (var n = 0; n + 1 < seed.Pieces.Length; n++)
        {
            await File.WriteAllBytesAsync(
                Path.Combine(Data, $"{seed.Name}.{n}"),
                seed.Log.Bytes[seed.Pieces[n]..seed.Pieces[n + 1]],
                cancellationToken
            );
        }

        await SetFaultsAsync(seed.Script, cancellationToken);
        var (lines, succeeded, notes) = await run(PlanOf(seed.Name, seed.Command));
        await SetFaultsAsync("""{"rules": []}""", cancellationToken);
        var jobs = await client!
            .Resource.GetMachineLearningJobs()
            .GetAllAsync(cancellationToken: cancellationToken)
            .Select(job => job.Data.Name)
            .Where(name => name == seed.Name || name.StartsWith($"{seed.Name}-", StringComparison.Ordinal))
            .ToListAsync(cancellationToken);
        return new SeedResult(lines, succeeded, jobs, WrittenBy(seed.Name), notes);
    }

    private async Task SetFaultsAsync(string script, CancellationToken cancellationToken)
    {
        var file = Path.Combine(checkout.Root, "faults.json");
        await File.WriteAllTextAsync(file, script, cancellationToken);
        await new EmulatorLauncher().EnsureRunningAsync(settings with { FaultScriptFile = file }, cancellationToken);
    }

    /// <summary>Every byte that the attempts of a job wrote, in the order in which the emulator keeps them.</summary>
    private byte[] WrittenBy(string job)
    {
        var folder = Directory
            .GetDirectories(Path.Combine(settings.StateFolder), job, SearchOption.AllDirectories)
            .Single(folder => Directory.Exists(Path.Combine(folder, "user_logs")));
        return
        [
            .. Directory
                .GetFiles(Path.Combine(folder, "user_logs"), "std_log_*.txt")
                .OrderBy(file =>
                    int.Parse(
                        Path.GetFileNameWithoutExtension(file)["std_log_".Length..],
                        System.Globalization.CultureInfo.InvariantCulture
                    )
                )
                .Append(Path.Combine(folder, "user_logs", "std_log.txt"))
                .SelectMany(File.ReadAllBytes),
        ];
    }

    private ExperimentPlan PlanOf(string name, string command)
    {
        return new ExperimentPlan(
            Address,
            new DatastorePlan("known", DatastoreKind.AzureBlob, "localhost", "known", Data, "file", DatastoreAuthentication.Identity),
            new ComputePlan("local", "Standard_NC4as_T4_v3", VmPriority.Dedicated, 0, 2, TimeSpan.FromMinutes(15), "westeurope"),
            new RuntimePlan(JobRuntime.Process, "a test"),
            new RunPassport(
                name,
                Image: null,
                CodeHash: "known",
                Git: null,
                ExperimentHash: name,
                DatasetHash: null,
                TrainCsv: null,
                TestCsv: null,
                Seed: 42,
                new PassportVersions("0.1.0")
            ),
            ImageBuild: null,
            new JobPlan(
                "resilience",
                name,
                "",
                command,
                [],
                new Dictionary<string, string>(StringComparer.Ordinal) { ["data"] = "azureml://datastores/known/paths/" },
                new Dictionary<string, string>(StringComparer.Ordinal),
                1,
                "2g",
                TimeSpan.FromHours(1)
            )
        );
    }
}

/// <summary>The result of a seed.</summary>
/// <param name="Lines">The log as it was received.</param>
/// <param name="Succeeded">Whether the exit code is 0.</param>
/// <param name="Jobs">Names of the plan's jobs.</param>
/// <param name="Written">The log as the emulator keeps it.</param>
/// <param name="Notes">Further observations, for the message of a seed that failed.</param>
public sealed record SeedResult(IReadOnlyList<string> Lines, bool Succeeded, IReadOnlyList<string> Jobs, byte[] Written, string Notes);
