using Build.CommandLine;
using Build.CommandLine.Groups.Models;
using Build.Log;
using Build.Sessions.Jobs;
using Build.Sessions.Reports;
using Cake.Core;
using CodeHosts.Text;
using Reports.Building;
using Reports.Reading;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Jobs;
using Workspaces.Models;
using Workspaces.Sweeps;

namespace Build.Sessions.Models;

/// <summary>Registers the final model of a completed job as a version of a model, once.</summary>
public sealed class ModelRegistration(CommandArguments arguments, JobSelection jobs, RunReader runs, ModelGate gate)
{
    private const string Folder = "outputs/final_model";
    private const string Weights = $"{Folder}/model.pth";
    private const string MlflowFile = $"{Folder}/MLmodel";

    private const int LongestShown = 80;

    /// <summary>Registers the model of the job that Train followed, where <c>--register-model</c> is given.</summary>
    public Task AfterTrainingAsync(BuildContext context) =>
        arguments.Get(RegisterAfterTrainingArguments.RegisterModel) ? RegisterAsync(context) : Task.CompletedTask;

    /// <summary>Registers the model of the job that <c>--job</c> names, or of the last one.</summary>
    /// <exception cref="CakeException">The job has not completed, has no model, or does not pass the gate; says what to do.</exception>
    public async Task RegisterAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var job = jobs.Name(context);
        var workspace = await jobs.OpenAsync(context);
        await CheckCompletedAsync(context, workspace, job);
        var owner = await FindOwnerAsync(context, workspace, job);
        var type = await FindTypeAsync(context, workspace, owner);
        var run = await runs.ReadAsync(context, owner, RunArtifacts.OfBaseline);
        var metrics = await ReadMetricsAsync(context, workspace, run);
        gate.CheckThresholds(owner, metrics);

        var name = NameOf(context, run);
        var registry = new ModelRegistry(workspace);
        var versions = await registry.ListAsync(name, context.Cancellation);
        var known = versions.FirstOrDefault(version => version.Job == owner);
        if (known is null)
            await gate.CheckBetterAsync(context, run, versions);
        else if (arguments.Get(RegistrationArguments.Type) is null)
            type = known.Type ?? type;
        var registered = await registry.RegisterAsync(Draft(run, metrics, name, type), context.Cancellation);
        Report(context, job, owner, registered);
    }

    private static async Task CheckCompletedAsync(BuildContext context, WorkspaceClient workspace, string job)
    {
        var status = (await new JobHistory(workspace).ReadAsync(job, context.Cancellation)).Status;
        if (status == JobStatus.Completed)
            return;
        throw new CakeException(
            $"Job {job} is {status}; it must be Completed to be registered. "
                + (
                    status.IsTerminal()
                        ? $"Its log says why: dotnet cake --target=Fetch --job={job}"
                        : $"Wait for it: dotnet cake --target=Follow --job={job}"
                )
        );
    }

    /// <summary>Returns the job whose artifacts hold the model: of a sweep its best trial.</summary>
    private static async Task<string> FindOwnerAsync(BuildContext context, WorkspaceClient workspace, string job)
    {
        if ((await new SweepReader(workspace).ReadJobAsync(job, context.Cancellation)).Sweep is not { } settings)
            return job;
        SweepState? last = null;
        await foreach (var state in new SweepFollower(workspace).FollowAsync(job, settings, context.Cancellation))
            last = state;
        return last?.Best?.Name
            ?? throw new CakeException(
                $"Sweep {job} has no completed trial with a value of {settings.Metric}; it must have one to be registered. "
                    + $"Its trials: dotnet cake --target=Follow --job={job}"
            );
    }

    private async Task<string> FindTypeAsync(BuildContext context, WorkspaceClient workspace, string job)
    {
        var paths = (await new JobArtifacts(workspace).ListAsync(job, context.Cancellation)).ToHashSet(StringComparer.Ordinal);
        if (!paths.Contains(Weights))
        {
            throw new CakeException(
                $"Job {job} has no {Weights}; a job must have left its model there to be registered. "
                    + $"See what it left: dotnet cake --target=Fetch --job={job}"
            );
        }

        if (arguments.Get(RegistrationArguments.Type) == "custom")
            return ModelDraft.Custom;
        return paths.Contains(MlflowFile)
            ? ModelDraft.Mlflow
            : throw new CakeException(
                $"Job {job} has no {MlflowFile}; a model of type mlflow must have one. "
                    + $"Register it as it is: dotnet cake --target=Register-Model --job={job} --model-type=custom"
            );
    }

    private static async Task<IReadOnlyDictionary<string, double>> ReadMetricsAsync(
        BuildContext context,
        WorkspaceClient workspace,
        RunFacts run
    )
    {
        // The files of this checkout may have been edited; what the job logged was not.
        var logged = (await new JobMetrics(workspace).ReadAsync(run.Job, context.Cancellation)).Metrics;
        return logged.Count > 0 ? logged : run.Metrics;
    }

    private string NameOf(BuildContext context, RunFacts run)
    {
        if (arguments.Get(RegistrationArguments.Name) is { } given)
            return given;
        var useCase = run.Setting("IMAGE_TYPE")
            ?? throw new CakeException(
                $"Job {run.Job} does not say its IMAGE_TYPE, after which its model is named; give the name: --model-name=NAME"
            );
        var name = ModelNames.Of(useCase);
        if (name != useCase)
        {
            var shown = useCase.Length <= LongestShown ? useCase : $"{useCase[..LongestShown]}…";
            context.Warn(
                $"IMAGE_TYPE is \"{shown}\", which cannot be the name of a model; the model is {name}. "
                    + "Choose another name: --model-name=NAME"
            );
        }

        return name;
    }

    private static ModelDraft Draft(RunFacts run, IReadOnlyDictionary<string, double> metrics, string name, string type)
    {
        var properties = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (ModelTags.ImageOf(run) is { } image)
            properties[ModelDraft.ImageProperty] = image;
        return new ModelDraft(
            name,
            run.Job,
            Folder,
            type,
            run.Setting("DESCRIPTION") is { Length: > 0 } text ? text : null,
            ModelTags.Of(run, metrics),
            properties
        );
    }

    private static void Report(BuildContext context, string job, string owner, RegisteredModel model)
    {
        PlanStore.Records(context, job).Write(model);
        var version = $"{model.Name}:{model.Version}";
        context.ReportStage("Model", $"{version} ({model.Type})", model.Change, []);
        context.ReportDetail("job", owner == job ? job : $"{owner}, the best trial of {job}");
        context.ReportDetail("files", model.Address);
        context.ReportDetail("promote it", $"dotnet cake --target=Promote --model={version} --stage=Production");
        context.Output("model", version);
        context.Summarize(
            "Model",
            ("version", MarkdownText.Code(version)),
            ("job", MarkdownText.Code(owner)),
            ("change", model.Change.ToString().ToLowerInvariant())
        );
    }
}
