using Build.CommandLine;
using Build.LocalRuntime;
using Build.Log;
using Build.Log.Displays;
using Build.Sessions;
using Build.Sessions.Costs;
using Build.Sessions.Data;
using Build.Sessions.Drills;
using Build.Sessions.Jobs;
using Build.Sessions.Models;
using Build.Sessions.Planning;
using Build.Sessions.Provisioning;
using Build.Sessions.PullRequests;
using Build.Sessions.Replays;
using Build.Sessions.Reports;
using Build.Sessions.Schedules;
using Build.Sessions.Snapshots;
using Build.Testing;
using Cake.Core;
using Cake.Core.Diagnostics;
using Cake.Frosting;
using Microsoft.Extensions.DependencyInjection;

namespace Build;

/// <summary>Creates the host: its targets and the services that carry them out.</summary>
public static class BuildHost
{
    /// <summary>Creates a host of all targets.</summary>
    /// <param name="output">Receives the last line of the output.</param>
    public static CakeHost Create(FinalOutput output) =>
        new CakeHost()
            .UseContext<BuildContext>()
            .UseSetup<BuildSetup>()
            .UseTaskLifetime<PipelineGroups>()
            .ConfigureServices(services => AddServices(services.AddSingleton(output)));

    private static void AddServices(IServiceCollection services) =>
        services
            .AddSingleton(TimeProvider.System)
            .AddSingleton<ICakeLog>(provider => new TerminalSafeLog(new CakeBuildLog(provider.GetRequiredService<IConsole>())))
            .AddSingleton(_ => DisplayChoice.Create())
            .AddSingleton<IQuestion, ConsoleQuestion>()
            .AddSingleton<TargetCatalog>()
            .AddSingleton<CommandArguments>()
            .AddSingleton<IProcesses, SystemProcesses>()
            .AddSingleton<DebianPackages>()
            .AddSingleton<PythonRuntime>()
            .AddSingleton<GitRepository>()
            .AddSingleton<DotNet>()
            .AddSingleton<NodePackages>()
            .AddSingleton<ModelPackage>()
            .AddSingleton<PlanStore>()
            .AddSingleton<RuntimeChoice>()
            .AddSingleton<SignInSession>()
            .AddSingleton<EmulatorSession>()
            .AddSingleton<IWorkspaceConnector, WorkspaceConnector>()
            .AddSingleton<WorkspaceSession>()
            .AddSingleton<StorageSession>()
            .AddSingleton<StudioSession>()
            .AddSingleton<RegistrySession>()
            .AddSingleton<ImageSession>()
            .AddSingleton<ImageStages>()
            .AddSingleton<WorkspaceSnapshotReader>()
            .AddSingleton<DemoData>()
            .AddSingleton<BaseModelStage>()
            .AddSingleton<DatasetSession>()
            .AddSingleton<PictureDecoding>()
            .AddSingleton<StoredFolder>()
            .AddSingleton<DatasetTools>()
            .AddSingleton<UploadStage>()
            .AddSingleton<DatastoreStage>()
            .AddSingleton<GivenPlanCheck>()
            .AddSingleton<ExperimentResolver>()
            .AddSingleton<Budget>()
            .AddSingleton<CallPlanner>()
            .AddSingleton<FaultPlaces>()
            .AddSingleton<Doctor>()
            .AddSingleton<JobSelection>()
            .AddSingleton<OutcomeReport>()
            .AddSingleton<SweepWatch>()
            .AddSingleton<Drill>()
            .AddSingleton<RunCost>()
            .AddSingleton<JobWatch>()
            .AddSingleton<TrainingSubmission>()
            .AddSingleton<JobDownload>()
            .AddSingleton<ClusterStage>()
            .AddSingleton<RunReader>()
            .AddSingleton<BaselineSearch>()
            .AddSingleton<PairedComparison>()
            .AddSingleton<ReportSession>()
            .AddSingleton<ModelGate>()
            .AddSingleton<ModelRegistration>()
            .AddSingleton<Promotion>()
            .AddSingleton<JobCleaning>()
            .AddSingleton<ReplayedImage>()
            .AddSingleton<ReplayedVersions>()
            .AddSingleton<Replay>()
            .AddSingleton<ISubscriptionConnector, SubscriptionConnector>()
            .AddSingleton<ProvisioningTargets>()
            .AddSingleton<BicepCompiler>()
            .AddSingleton<TemplateParameters>()
            .AddSingleton<ProvisionStage>()
            .AddSingleton<DeprovisionStage>()
            .AddSingleton<HostSession>()
            .AddSingleton<Authorization>()
            .AddSingleton<PullRequestJobs>()
            .AddSingleton<TrainingLaunch>()
            .AddSingleton<Launch>()
            .AddSingleton<VerdictComment>()
            .AddSingleton<ScheduleStage>()
            .AddSingleton<Benchmarks>()
            .AddSingleton<StyleCheck>()
            .AddSingleton<TestPrograms>()
            .AddSingleton<TestRun>();
}
