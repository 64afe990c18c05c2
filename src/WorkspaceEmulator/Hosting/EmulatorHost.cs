using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.AssetRegistries;
using WorkspaceEmulator.Azurite;
using WorkspaceEmulator.Blobs;
using WorkspaceEmulator.Blobs.Access;
using WorkspaceEmulator.Computes;
using WorkspaceEmulator.Containers;
using WorkspaceEmulator.Containers.Images;
using WorkspaceEmulator.Deployments;
using WorkspaceEmulator.Endpoints;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Faults;
using WorkspaceEmulator.Pipelines;
using WorkspaceEmulator.Processes;
using WorkspaceEmulator.Registry;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Schedules;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Storage;
using WorkspaceEmulator.Studio;
using WorkspaceEmulator.Sweeps;
using WorkspaceEmulator.Traffic;
using WorkspaceEmulator.Vaults;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Hosting;

/// <summary>Represents a running emulator: its web application and the lock on its state folder.</summary>
public sealed class EmulatorHost : IAsyncDisposable
{
    private const int PortAttempts = 5;
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromMinutes(2);
    private readonly WebApplication webApplication;
    private readonly StateFolder stateFolder;

    private EmulatorHost(WebApplication application, StateFolder folder, Uri endpoint)
    {
        (webApplication, stateFolder, Endpoint) = (application, folder, endpoint);
    }

    /// <summary>Gets the address, with the port on which it listens.</summary>
    public Uri Endpoint { get; }

    internal IServiceProvider Services => webApplication.Services;

    /// <summary>Takes the state folder and starts to listen. The endpoint file exists when this returns.</summary>
    /// <exception cref="StateFolderInUseException">Another emulator runs on the folder.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<EmulatorHost> StartAsync(EmulatorOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        var folder = StateFolder.Open(options.StateFolder, time);
        try
        {
            File.Delete(folder.EndpointFile); // Left by an emulator that was killed.
            // Making a certificate takes as long as putting the application together.
            var keys = Task.Run(() => EmulatorKeys.LoadOrCreate(folder, time.GetUtcNow()));
            for (var attempt = 1; ; attempt++)
            {
                var port = options.Port == 0 ? FreePort() : options.Port;
                var application = Build(options, folder, new Uri($"https://localhost:{port}/"), time, keys);
                try
                {
                    await keys;
                    await application.StartAsync();
                    return new(application, folder, new Uri($"https://localhost:{port}/"));
                }
                catch (IOException) when (options.Port == 0 && attempt < PortAttempts)
                {
                    await DisposeAsync(application); // Another program took the free port first.
                }
            }
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Returns once the emulator has stopped: on SIGTERM, Ctrl-C, a shutdown request or idleness.</summary>
    public Task WaitForShutdownAsync() => webApplication.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        await webApplication.StopAsync();
        await DisposeAsync(webApplication);
        stateFolder.Dispose();
    }

    private static async Task DisposeAsync(WebApplication application)
    {
        await application.Services.GetRequiredService<FirstRequest>().WaitAsync();
        await application.DisposeAsync();
    }

    private static WebApplication Build(
        EmulatorOptions options,
        StateFolder folder,
        Uri endpoint,
        TimeProvider time,
        Task<EmulatorKeys> keys
    )
    {
        // Any other builder reads appsettings.json of the current folder, which is somebody else's, and watches every folder below it.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder
            .Logging.ClearProviders()
            .AddSimpleConsole(console => console.SingleLine = true)
            .SetMinimumLevel(LogLevel.Warning)
            // Errors that reach the server are responses cut by the fault script. The exception handler below reports all others.
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Critical);
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = BodyLimits.Default;
                kestrel.ListenLocalhost(endpoint.Port, listen =>
                    listen.UseHttps(
                        new TlsHandshakeCallbackOptions
                        {
                            OnConnection = async _ => new() { ServerCertificateContext = (await keys).Certificate },
                        }
                    )
                );
            });

        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownLimit);
        builder
            .Services.AddSingleton(options)
            .AddSingleton(
                new WorkspaceSettings(options.Workspaces, options.Location, options.Quotas)
                {
                    RunsContainers = options.Runtime == JobRuntime.Docker,
                }
            )
            .AddSingleton(new ExecutionSettings(options.TerminationGrace, options.ProcessPaths, options.ProcessVariables))
            .AddSingleton(new ContainerSettings(options.DockerHost, options.JobMemory, options.JobNetwork))
            .AddSingleton(new RegistrySettings(options.RegistryService))
            .AddSingleton(new ClusterFactory(options.ProvisioningTime, time))
            .AddSingleton(folder)
            .AddSingleton(time)
            .AddSingleton(new EmulatorAddress(endpoint, folder.Certificate))
            .AddSingleton(AccessTokens.LoadOrCreate(folder))
            .AddSingleton(SecretBox.LoadOrCreate(folder))
            .AddSingleton(new ActiveFaults(options.Faults))
            .AddSingleton(new AzuriteSettings(options.Azurite, Subreaper.Start, Subreaper.Forget))
            .AddSingleton<AzuriteAccounts>()
            .AddSingleton<WorkspaceStore>()
            .AddSingleton<AssetRegistryStore>()
            .AddSingleton<VaultStore>()
            .AddSingleton<StorageAccounts>()
            .AddSingleton<BlockUploads>()
            .AddSingleton<BlobEndpoints.Services>()
            .AddSingleton<DeploymentService>()
            .AddSingleton<Quotas>()
            .AddSingleton<OperationStore>()
            .AddSingleton<RunFactory>()
            .AddSingleton<SweepDriver>()
            .AddSingleton<PipelineDriver>()
            .AddSingleton<ScheduleDriver>()
            .AddSingleton<SignedLogs>()
            .AddStudio(folder)
            .AddSingleton<ActivityClock>()
            .AddSingleton<FirstRequest>()
            .AddSingleton(new TrafficRecorder(options.RecordFile))
            .AddSingleton<ContainerLeftovers>()
            .AddSingleton<ContainerGateway>()
            .AddSingleton<IJobLeftovers>(services => services.GetRequiredService<ContainerLeftovers>())
            .AddSingleton<IJobLeftovers, ProcessLeftovers>()
            .AddSingleton<RegistryCredentials>()
            .AddSingleton(_ => keys.GetAwaiter().GetResult().RegistryTokens)
            .AddSingleton<RegistryTokens>()
            .AddSingleton<IJobRunner>(services =>
                options.Runtime == JobRuntime.Docker
                    ? ActivatorUtilities.CreateInstance<ContainerRunner>(services)
                    : ActivatorUtilities.CreateInstance<ProcessRunner>(services)
            )
            .AddSingleton<JobScheduler>()
            .AddHostedService(services => services.GetRequiredService<JobScheduler>())
            .AddHostedService<IdleWatch>()
            // Hosted services stop in reverse order: these two stop first.
            .AddHostedService<EndRecord>()
            .AddHostedService<EndpointFile>();

        var application = builder.Build();
        var log = application.Services.GetRequiredService<ILogger<StateFolder>>();
        folder.Warnings.LogTo(warning => log.LogWarning("{Warning}", warning));
        var clock = application.Services.GetRequiredService<ActivityClock>();
        application.Use(
            (context, next) =>
            {
                clock.Touch(context.Request.Path);
                context.Response.Headers.XContentTypeOptions = "nosniff"; // A browser must not guess the type of what jobs write.
                return next(context);
            }
        );
        application.Use(next =>
        {
            application.Services.GetRequiredService<FirstRequest>().Prepare(next, application.Services);
            return next;
        });
        application.UseMiddleware<AccountHosts>();
        application.UseMiddleware<FaultMiddleware>();
        application.UseMiddleware<RecordingMiddleware>();
        application.UseExceptionHandler(RequestFailures.Options);
        application.UseMiddleware<ScriptedResponseMiddleware>();
        application.UseMiddleware<Authentication>();
        application.UseMiddleware<BlobGateway>();
        application.UseRouting();
        application.UseMiddleware<RequestScope>();
        application.MapEmulator();
        return application;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
