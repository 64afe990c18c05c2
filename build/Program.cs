using Build;
using Build.Docker;
using Build.LocalRuntime;
using Build.Stages;
using Cake.Frosting;
using Microsoft.Extensions.DependencyInjection;

// Escape sequences are for terminals; a pipeline's log and a file get plain text.
if (Console.IsOutputRedirected)
    Environment.SetEnvironmentVariable("NO_COLOR", "1");

if (DirectStart.Take(ref args) is { } exitCodeOfStale)
    return exitCodeOfStale;

var closing = new ClosingLine();
var exitCode = new CakeHost()
    .UseContext<BuildContext>()
    .UseSetup<BuildSetup>()
    .UseTaskLifetime<PipelineGroups>()
    .ConfigureServices(services =>
        services
            .AddSingleton(closing)
            .AddSingleton<TaskCatalog>()
            .AddSingleton<PythonRuntime>()
            .AddSingleton<SignInSession>()
            .AddSingleton<WorkspaceSession>()
            .AddSingleton<ChainState>()
            .AddSingleton<StorageSession>()
            .AddSingleton<RegistrySession>()
            .AddSingleton(TimeProvider.System)
    )
    .Run(args);
closing.Write(Console.Out);
return exitCode;
