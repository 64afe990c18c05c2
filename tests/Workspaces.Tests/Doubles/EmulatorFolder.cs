using Azure.Core;
using Experiments.Plans;
using Fixtures.Checkouts;
using Fixtures.Services;
using Workspaces.Computes;
using Workspaces.Connection;
using Workspaces.Datastores;
using Workspaces.Environments;
using Workspaces.Http;
using Workspaces.Jobs;
using Workspaces.LocalEmulator;

namespace Workspaces.Tests.Doubles;

/// <summary>A real emulator process with its own state folder, removed after the tests.</summary>
public sealed class EmulatorFolder : IAsyncLifetime
{
    public static WorkspaceAddress Address { get; } = FakeService.Address;

    public string Root { get; } = Directory.CreateTempSubdirectory("workspaces-").FullName;

    public EmulatorSettings Settings =>
        new(Path.Combine(Root, "state"), ["dotnet", Checkout.Emulator], [Address]) { ProvisioningTime = TimeSpan.FromMilliseconds(20) };

    public ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(Root, "data"));
        File.WriteAllText(Path.Combine(Root, "data", "note.txt"), "from the datastore\n");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await new EmulatorLauncher().StopAsync(Settings.StateFolder, CancellationToken.None);
        Directory.Delete(Root, recursive: true);
    }

    public async Task<WorkspaceClient> ConnectAsync(CancellationToken cancellationToken)
    {
        var emulator = await new EmulatorLauncher().EnsureRunningAsync(Settings, cancellationToken);
        return await WorkspaceClient.ConnectAsync(WorkspaceConnection.ToEmulator(Address, emulator), cancellationToken);
    }

    /// <summary>Sets a secret in the workspace's key vault, as a person would with Azure's tools.</summary>
    public async Task SetSecretAsync(WorkspaceClient workspace, string name, string value, CancellationToken cancellationToken)
    {
        var emulator = await new EmulatorLauncher().EnsureRunningAsync(Settings, cancellationToken);
        var vault = (await workspace.ReadDataAsync(cancellationToken)).KeyVault!;
        var pipeline = ServicePipelines.Build(
            PinnedTransport.For(emulator.CertificateThumbprint),
            RetrySettings.Once,
            emulator.Credential,
            "https://vault.azure.net/.default"
        );
        using var message = pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Put;
        message.Request.Uri.Reset(
            new Uri(emulator.Endpoint, $"/keyvault/{vault[(vault.LastIndexOf('/') + 1)..]}/secrets/{name}?api-version=7.4")
        );
        message.Request.Headers.Add("Content-Type", "application/json");
        message.Request.Content = RequestContent.Create(new { value });
        await pipeline.SendAsync(message, cancellationToken);
        Assert.Equal(200, message.Response.Status);
    }

    /// <summary>Creates the plan of a job that runs a shell command on the emulator's cluster.</summary>
    public ExperimentPlan Plan(string name, string command) =>
        TestPlans.Experiment with
        {
            Passport = TestPlans.Passport with { Plan = name },
            Datastore = TestPlans.Folder with { EndpointSuffix = Path.Combine(Root, "data") },
            Job = TestPlans.Job with
            {
                Command = command,
                Outputs = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["checkpoints"] = $"azureml://datastores/workspaceblobstore/paths/checkpoints/{name}/",
                },
            },
        };

    /// <summary>Registers the plan's resources and submits its job.</summary>
    public static async Task<SubmittedJob> SubmitAsync(WorkspaceClient workspace, ExperimentPlan plan, CancellationToken cancellationToken)
    {
        await new DatastoreRegistrar(workspace).RegisterAsync(plan.Datastore, cancellationToken);
        var provisioner = new ComputeProvisioner(workspace);
        var compute = await provisioner.EnsureAsync(
            plan.Compute,
            await provisioner.ReadAsync(plan.Compute, cancellationToken),
            new Progress<string>(),
            cancellationToken
        );
        var registrar = new EnvironmentRegistrar(workspace);
        var environment = await registrar.RegisterAsync(await registrar.ReadAsync(plan.Environment, cancellationToken), cancellationToken);
        var submitter = new JobSubmitter(workspace);
        return await submitter.SubmitAsync(
            plan,
            compute,
            environment,
            await submitter.ReadAsync(plan, name: null, rerun: false, cancellationToken),
            cancellationToken
        );
    }
}
