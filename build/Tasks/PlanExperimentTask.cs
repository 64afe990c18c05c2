using Build.Docker;
using Build.Stages;
using Cake.Core;
using Cake.Frosting;
using Datasets.Sources;
using Experiments.Model;
using Experiments.Planning;
using Experiments.Plans;
using Experiments.Reading;
using Experiments.Records;

namespace Build.Tasks;

/// <summary>Decides all that the later stages do, from the files of this checkout and the dataset, and writes it down.</summary>
[TaskName("Plan-Experiment")]
[TaskDescription("Validates the experiment and its dataset, and writes the plan that the later targets carry out")]
[IsDependentOn(typeof(CreateDemoDataTask))]
[TaskArgument("exp-config", "FILE", "the experiment; default exp_configs/demo.json")]
[TaskArgument("set", "KEY=VALUE", "overrides one value of it; repeatable")]
[TaskArgument("set-variable", "NAME", "an environment variable with such overrides, one a line")]
[TaskArgument("build-arg", "NAME=VALUE", "a build argument of the image; repeatable, never a secret")]
[TaskArgument(
    ChainInputs.ReadDatasetArgument,
    "true|false",
    "read the dataset of a storage account before anything is sent; default true, false leaves it to the job"
)]
[TaskArgument("runtime", "process|docker", "what runs the emulator's jobs; default docker where an engine and the registry answer")]
[TaskArgument("credential", "NAME", "how to sign in to Azure; default the first way that is configured, see docs/identity.md")]
public sealed class PlanExperimentTask(RegistrySession session, StorageSession storage) : AsyncFrostingTask<BuildContext>
{
    /// <summary>Not when <c>--datastore</c> names a datastore to register alone: there is no experiment then.</summary>
    public override bool ShouldRun(BuildContext context) => !RegisterDatastoreTask.IsAlone(context);

    public override async Task RunAsync(BuildContext context)
    {
        RegisterDatastoreTask.RefuseElsewhere(context);
        var configuration = context.ReadConfiguration();
        foreach (var warning in configuration.Warnings)
            context.Warn(warning);
        var dataset = await context.ReadDatasetAsync(configuration, storage);
        foreach (var row in dataset?.DroppedRows ?? [])
            context.Warn(row.ToString());

        var runtime = await RuntimeChoice.DecideAsync(context, configuration.Environment);
        var sources = new PlanSources(TrainerSources.Hash(context.Root), context.ReadImage(configuration.Environment).ToPlan(), runtime)
        {
            Digest = runtime.UsesImages ? await FindDigestAsync(context, configuration) : null,
        };
        var plan = Planner.Plan(
            configuration.Experiment,
            configuration.Environment,
            context.Root,
            await GitRepository.ReadAsync(context),
            sources,
            dataset
        ) with
        {
            Origin = context.PlanOrigin,
        };
        CompareWithGiven(context, plan);
        context.WritePlan(plan);

        context.Say($"Plan         {plan.Name}");
        context.Say($"  experiment {plan.Job.ExperimentName}: {plan.Job.DisplayName}");
        context.Say("  dataset    " + Describe(configuration.Experiment, dataset));
        if (plan.HashUnknownReason is { } reason)
            context.Say($"  hash       of the dataset is unknown: {reason}");
        context.Say($"  workspace  {plan.Workspace.WorkspaceName} at {plan.Workspace.Endpoint?.ToString() ?? "Azure"}");
        context.Say(
            $"  cluster    {plan.Compute.Name}: {plan.Compute.VmSize}, up to {plan.Compute.MaxNodes} nodes, {plan.Compute.Priority}"
        );
        context.Say($"  runtime    {plan.Runtime.Kind.ToString().ToLowerInvariant()}: {plan.Runtime.Reason}");
        if (plan.Runtime.UsesImages)
            context.Say($"  image      {plan.Image}");
        context.Say($"  record     {Path.GetRelativePath(context.Root, PlanFile.Of(context.ArtifactsFolder, plan.Name))}");
    }

    /// <summary>A plan that was given is carried out as it was made, or not at all.</summary>
    private static void CompareWithGiven(BuildContext context, ExperimentPlan plan)
    {
        if (context.GivenPlan is not { } given)
            return;
        var differences = PlanComparison.Compare(given, plan);
        if (differences.Count == 0)
            return;
        throw new CakeException(
            $"--plan is {context.PathArgument("plan")}, and what it was made from has changed; it must be carried out as it was made.{Environment.NewLine}"
                + string.Concat(differences.Select(difference => $"  {difference}{Environment.NewLine}"))
                + $"Make it anew: {context.PlanCommand()}"
        );
    }

    /// <summary>The digest that a tag of another repository has now: a tag may lead elsewhere tomorrow, and a plan must not.</summary>
    private async Task<string?> FindDigestAsync(BuildContext context, Configuration configuration)
    {
        if (ImageChoice.FindOther(configuration.Experiment, configuration.Environment) is not { Digest: null } image)
            return null;
        var registry = session.Open(
            image,
            configuration.Environment.AmlTenantId,
            isOwn: image.Registry == configuration.Environment.Registry
        );
        return await registry.FindDigestAsync(image.Tag ?? "latest", context.Cancellation)
            ?? throw new CakeException(
                $"DOCKER_IMAGE is \"{image}\", which is not in its registry; it must name an image that is there, or {configuration.Environment.Registry}/{configuration.Environment.ImageRepository} for this commit's."
            );
    }

    private static string Describe(Experiment experiment, DatasetSummary? dataset) =>
        dataset is null
            ? $"{experiment.ImageType} in datastore {experiment.DataMount}, read by the job: {experiment.TrainCsv}, {experiment.TestCsv}"
            : $"{dataset.TrainCsv} ({dataset.Train.Images} images), {dataset.TestCsv} ({dataset.Test.Images} images), classes {string.Join(", ", dataset.Train.Boxes.Keys)}"
                + (dataset.BoxesChecked ? "" : $"; the job holds the boxes to the images, which are more than {StoredDataset.MostImages}");
}
