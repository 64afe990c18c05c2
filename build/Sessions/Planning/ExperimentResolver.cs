using Build.LocalRuntime;
using Build.Log;
using Build.Sessions.Data;
using Cake.Core;
using Datasets.Checks;
using Datasets.Sources;
using Experiments.Model;
using Experiments.Planning;
using Experiments.Plans;
using Experiments.Plans.Passports;
using Experiments.Reading;
using Experiments.Records;

namespace Build.Sessions.Planning;

/// <summary>Resolves an experiment to a plan, from the files of this checkout and the dataset.</summary>
public sealed class ExperimentResolver(
    PlanStore plans,
    GivenPlanCheck given,
    DatasetSession datasets,
    RuntimeChoice runtimes,
    RegistrySession registries,
    ImageSession images,
    GitRepository git,
    PythonRuntime python,
    FaultPlaces places
)
{
    /// <summary>Validates the experiment and its dataset, writes the plan and describes it.</summary>
    /// <exception cref="CakeException">The plan that <c>--plan</c> names is outdated, or DOCKER_IMAGE does not exist.</exception>
    public async Task ResolveAsync(BuildContext context)
    {
        var configuration = plans.ReadConfiguration(context);
        var (made, dataset) = await PlanAsync(context, configuration);
        var plan = made with { Origin = plans.Origin(context) };
        given.Check(context, plan);
        plans.WritePlan(context, plan);
        Describe(context, configuration, plan, dataset);
    }

    /// <summary>Plans an experiment, without writing the plan.</summary>
    public async Task<(ExperimentPlan Plan, DatasetSummary? Dataset)> PlanAsync(BuildContext context, Configuration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        foreach (var warning in configuration.Warnings)
            context.Warn(warning);
        // Other programs run while the dataset is read. The interpreter is needed when the emulator starts.
        var state = git.ReadAsync(context);
        if (configuration.Environment.Endpoint is not null)
            _ = python.FindAsync(context);
        var dataset = await ReadAsync(context, configuration);
        string[] dropped = [.. (dataset?.DroppedRows ?? []).Select(row => row.ToString())];
        foreach (var row in FaultLines.Shorten(context, "dropped-rows.txt", dropped))
            context.Warn(row);

        return (await PlanAsync(context, configuration, dataset, state), dataset);
    }

    // The faults are thrown as usual. In a pipeline they are shown beside the changed lines too.
    private async Task<DatasetSummary?> ReadAsync(BuildContext context, Configuration configuration)
    {
        try
        {
            return await datasets.ReadAsync(context, configuration);
        }
        catch (DatasetException exception)
        {
            context.Annotate(await places.OfAsync(context, configuration, exception));
            throw;
        }
    }

    private async Task<ExperimentPlan> PlanAsync(
        BuildContext context,
        Configuration configuration,
        DatasetSummary? dataset,
        Task<GitState?> state
    )
    {
        var runtime = await runtimes.DecideAsync(context, configuration.Environment);
        var image = (await images.ReadInputsAsync(context, configuration.Environment)).ToPlan();
        var sources = new PlanSources(TrainerSources.Hash(context.Root), image, runtime)
        {
            Digest = runtime.UsesImages ? await FindDigestAsync(context, configuration) : null,
            MetricNames = await TrainerMetrics.ReadAsync(
                context,
                configuration,
                runtime.UsesImages ? ImageChoice.FindOther(configuration.Experiment, configuration.Environment) : null,
                registries
            ),
            ImageRepository = images.ReadRepository(context, configuration.Environment),
        };
        return Planner.Plan(configuration.Experiment, configuration.Environment, context.Root, await state, sources, dataset) with
        {
            UncommittedChanges = await PackChangesAsync(context, await state),
        };
    }

    private async Task<string?> PackChangesAsync(BuildContext context, GitState? state)
    {
        if (state?.IsDirty != true || await git.ReadDifferenceAsync(context) is not { } diff)
            return null;
        var (packed, reason) = UncommittedChanges.Pack(diff);
        if (reason is not null)
            context.Warn($"The uncommitted changes are not kept with the run, so that Replay cannot apply them: {reason}. Commit them.");
        return packed;
    }

    /// <summary>
    /// Finds the digest that a tag of another repository refers to now: the tag may refer to another image tomorrow, and a plan must not.
    /// </summary>
    private async Task<string?> FindDigestAsync(BuildContext context, Configuration configuration)
    {
        var environment = configuration.Environment;
        if (ImageChoice.FindOther(configuration.Experiment, environment) is not { Digest: null } image)
            return null;
        var registry = registries.Open(image, environment.AmlTenantId, isOwn: image.Registry == environment.Registry);
        return await registry.FindDigestAsync(image.Tag ?? "latest", context.Cancellation)
            ?? throw new CakeException(
                $"DOCKER_IMAGE is \"{image}\", which its registry does not have; it must name an image that exists, "
                    + $"or {environment.Registry}/{environment.ImageRepository} for the image of this commit."
            );
    }

    private static void Describe(BuildContext context, Configuration configuration, ExperimentPlan plan, DatasetSummary? dataset)
    {
        context.Report("Plan", plan.Name);
        context.ReportDetail("experiment", $"{plan.Job.ExperimentName}: {plan.Job.DisplayName}");
        context.ReportDetail("dataset", Describe(configuration.Experiment, dataset));
        if (plan.HashUnknownReason is { } reason)
            context.ReportDetail("hash", $"of the dataset is unknown: {reason}");
        context.ReportDetail("workspace", $"{plan.Workspace.WorkspaceName} at {plan.Workspace.Endpoint?.ToString() ?? "Azure"}");
        context.ReportDetail(
            "cluster",
            $"{plan.Compute.Name}: {plan.Compute.VmSize}, up to {plan.Compute.MaxNodes} nodes, {plan.Compute.Priority}"
        );
        context.ReportDetail("runtime", $"{plan.Runtime.Kind.ToString().ToLowerInvariant()}: {plan.Runtime.Reason}");
        if (plan.Runtime.UsesImages)
            context.ReportDetail("image", $"{plan.Image}");
        context.ReportDetail("record", Path.GetRelativePath(context.Root, PlanFile.Of(context.ArtifactsFolder, plan.Name)));
    }

    private static string Describe(Experiment experiment, DatasetSummary? dataset)
    {
        if (dataset is null)
        {
            return $"{experiment.ImageType} in datastore {experiment.DataMount}, read by the job: "
                + $"{experiment.TrainCsv}, {experiment.TestCsv}";
        }

        var boxes = dataset.BoxesChecked
            ? ""
            : $"; the job checks the boxes against the images, because there are more than {StoredDataset.MostImages}";
        return $"{dataset}, " + $"classes {string.Join(", ", dataset.Train.Boxes.Keys)}{boxes}";
    }
}
