using Build;
using Build.CommandLine;
using Build.Docker;
using Build.LocalRuntime;
using Build.Log;
using Build.Sessions;
using Build.Sessions.Data;
using Build.Sessions.Jobs;
using Build.Sessions.Planning;
using Build.Sessions.Snapshots;
using Build.Testing;
using Cake.Frosting;
using Microsoft.Extensions.DependencyInjection;

// Escape sequences are for terminals; a pipeline's log and a file contain plain text.
if (Console.IsOutputRedirected)
    Environment.SetEnvironmentVariable("NO_COLOR", "1");

var output = new FinalOutput();
var exitCode = new CakeHost()
    .UseContext<BuildContext>()
    .UseSetup<BuildSetup>()
    .UseTaskLifetime<PipelineGroups>()
    .ConfigureServices(services =>
        services
            .AddSingleton(TimeProvider.System)
            .AddSingleton(output)
            .AddSingleton<IDisplay, PlainDisplay>()
            .AddSingleton<IQuestion, ConsoleQuestion>()
            .AddSingleton<TargetCatalog>()
            .AddSingleton<CommandArguments>()
            .AddSingleton<IProcesses, SystemProcesses>()
            .AddSingleton<PythonRuntime>()
            .AddSingleton<GitRepository>()
            .AddSingleton<DotNet>()
            .AddSingleton<NodePackages>()
            .AddSingleton<PlanStore>()
            .AddSingleton<RuntimeChoice>()
            .AddSingleton<SignInSession>()
            .AddSingleton<EmulatorSession>()
            .AddSingleton<IWorkspaceConnector, WorkspaceConnector>()
            .AddSingleton<WorkspaceSession>()
            .AddSingleton<StorageSession>()
            .AddSingleton<RegistrySession>()
            .AddSingleton<WorkspaceSnapshotReader>()
            .AddSingleton<DemoData>()
            .AddSingleton<DatasetSession>()
            .AddSingleton<DatasetUpload>()
            .AddSingleton<DatastoreStage>()
            .AddSingleton<GivenPlanCheck>()
            .AddSingleton<ExperimentResolver>()
            .AddSingleton<CallPlanner>()
            .AddSingleton<Doctor>()
            .AddSingleton<JobSelection>()
            .AddSingleton<OutcomeReport>()
            .AddSingleton<JobWatch>()
            .AddSingleton<TrainingSubmission>()
            .AddSingleton<JobDownload>()
            .AddSingleton<ClusterStage>()
            .AddSingleton<GeneratedFiles>()
            .AddSingleton<Benchmarks>()
            .AddSingleton<TestRun>()
    )
    .Run(args);
output.Write(Console.Out);
return exitCode;
