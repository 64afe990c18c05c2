using WorkspaceEmulator.Access;
using WorkspaceEmulator.AssetRegistries;
using WorkspaceEmulator.Blobs;
using WorkspaceEmulator.Computes;
using WorkspaceEmulator.Deployments;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Faults;
using WorkspaceEmulator.Pipelines;
using WorkspaceEmulator.Registry;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Schedules;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Studio;
using WorkspaceEmulator.Sweeps;
using WorkspaceEmulator.Traffic;
using WorkspaceEmulator.Vaults;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Wire.Versions;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

/// <summary>Maps every endpoint of the emulator. Any other request gets 501.</summary>
internal static class EmulatorEndpoints
{
    public static void MapEmulator(this WebApplication application)
    {
        var arm = application.MapGroup("").WithMetadata(new ArmScope()).AddEndpointFilter(new VersionShapes());
        arm.MapWorkspaces();
        arm.MapLocations();
        arm.MapAssetRegistries();
        var workspace = arm.MapGroup(Routes.Workspace).WithMetadata(new WorkspaceScope());
        workspace.MapWorkspaceKeys();
        workspace.MapWorkspaceConnections();
        workspace.MapComputes();
        workspace.MapDatastores();
        AssetEndpoints.MapAll(workspace);
        workspace.MapJobs();
        workspace.MapSchedules();

        application.MapDiscovery();
        application.MapClouds();
        application.MapGroup("/history/v1.0" + Routes.Workspace).WithMetadata(new WorkspaceScope()).MapRunHistory();
        application.MapGroup("/artifact/v2.0" + Routes.Workspace + "/artifacts").WithMetadata(new WorkspaceScope()).MapArtifacts();
        application.MapGroup("/mlflow/{version}" + Routes.Workspace + "/api/2.0/mlflow").WithMetadata(new WorkspaceScope()).MapMlflow();
        application.MapSignedLogs();
        application.MapAssetAddresses();
        application.MapBlobs();
        application.MapVaults();
        application.MapDeployments();
        application.MapRegistryTokens();
        application.MapAdministration();
        application.MapEmulatorStudio();
        application
            .Map("/{**path}", (HttpContext context) => ArmErrors.NotEmulated(context.Request.Method, context.Request.Path))
            .WithOrder(int.MaxValue);
    }

    /// <summary>Registers the services that handlers need, so that endpoints can be listed without an emulator.</summary>
    public static void AddServiceTypes(IServiceCollection services) =>
        services
            .AddSingleton(new ActiveFaults(FaultScript.Empty))
            .AddSingleton<WorkspaceStore>()
            .AddSingleton<AssetRegistryStore>()
            .AddSingleton<VaultStore>()
            .AddSingleton<StorageAccounts>()
            .AddSingleton<BlockUploads>()
            .AddSingleton<BlobEndpoints.Services>()
            .AddSingleton<DeploymentService>()
            .AddSingleton<ClusterFactory>()
            .AddSingleton<Quotas>()
            .AddSingleton<OperationStore>()
            .AddSingleton<RunFactory>()
            .AddSingleton<SweepDriver>()
            .AddSingleton<PipelineDriver>()
            .AddSingleton<ScheduleDriver>()
            .AddSingleton<SignedLogs>()
            .AddSingleton<ActivityClock>()
            .AddSingleton<TrafficRecorder>()
            .AddSingleton<JobScheduler>()
            .AddSingleton<RegistryTokens>()
            .AddSingleton<AccessTokens>(_ => throw new InvalidOperationException("This application only lists its endpoints."))
            .AddSingleton<SecretBox>(_ => throw new InvalidOperationException("This application only lists its endpoints."))
            .AddSingleton<StateFolder>(_ => throw new InvalidOperationException("This application only lists its endpoints."))
            .AddSingleton<EmulatorAddress>(_ => throw new InvalidOperationException("This application only lists its endpoints."))
            .AddSingleton(TimeProvider.System);
}
