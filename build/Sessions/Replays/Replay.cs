using System.Text.Json.Nodes;
using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Models;
using Build.LocalRuntime;
using Build.Log;
using Build.Sessions.Jobs;
using Build.Sessions.Planning;
using Build.Sessions.Snapshots;
using Cake.Core;
using Experiments.Planning;
using Experiments.Plans;
using Experiments.Plans.Images;
using Experiments.Plans.Passports;
using Experiments.Reading;
using Workspaces.Connection;
using Workspaces.Errors;
using Workspaces.Submissions;

namespace Build.Sessions.Replays;

/// <summary>Rebuilds the request of a job from its passport and its exp_config, and names what differs now.</summary>
public sealed class Replay(
    CommandArguments arguments,
    JobSelection jobs,
    PlanStore plans,
    ExperimentResolver resolver,
    ReplayedImage images,
    ReplayedVersions versions,
    WorkspaceSnapshotReader snapshots,
    ClusterStage clusters,
    TrainingSubmission training
)
{
    private const int MostShown = 200;
    private const int LongestShown = 500; // characters

    /// <summary>Compares, and with <c>--run</c> submits the job again.</summary>
    /// <exception cref="CakeException">
    /// The job has no passport, or <c>--run</c> is given although something differs; says what, and how to restore it.
    /// </exception>
    public async Task RunAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var job = jobs.Name(context);
        var workspace = await jobs.OpenAsync(context);
        var sent = await new SentJobReader(workspace).ReadAsync(job, context.Cancellation);
        if (sent is not { Config: { } config, Passport: { } passport })
        {
            throw new CakeException(
                $"Job {job} has no {JobMetadata.PassportVariable} and {JobMetadata.ExpConfigVariable}; only a job that Train submitted "
                    + "can be replayed. Train the experiment instead: dotnet cake --target=Train --exp-config=FILE"
            );
        }

        var folder = Path.Combine(context.ArtifactsFolder, job, "replay");
        var configuration = ReadConfiguration(context, folder, config);
        var plan = await images.PinAsync(context, (await resolver.PlanAsync(context, configuration)).Plan);
        List<Difference> differences =
        [
            .. Differences.Find(sent, plan),
            .. await FindInCodeAsync(context, workspace, configuration, plan, sent, folder),
            .. await FindInClusterAsync(context, plan),
        ];
        if (differences.Count == 0)
        {
            // The files that decide the result are the same, so the job's own commit is as true as the one that is checked out.
            plan = Restored(plan, passport, sent);
            differences.AddRange(Differences.FindInRequest(sent, Now(workspace, plan)));
        }

        Report(context, job, sent, passport, folder, differences);
        if (arguments.Get(ReplayArguments.Run))
            await SubmitAsync(context, job, plan, differences);
        else if (differences.Count == 0)
            context.ReportDetail("run it", $"dotnet cake --target=Replay --job={job} --run");
    }

    /// <summary>Reads the exp_config of the job, or the file that <c>--exp-config</c> names, with the overrides of this run.</summary>
    private Configuration ReadConfiguration(BuildContext context, string folder, JsonObject config)
    {
        if (arguments.IsGiven(ExperimentArguments.File))
            return plans.ReadConfiguration(context, arguments.Get(ExperimentArguments.File));
        var file = Path.Combine(folder, "exp_config.json");
        Directory.CreateDirectory(folder);
        File.WriteAllText(file, config.ToJsonString());
        var relative = Path.GetRelativePath(context.Root, file).Replace('\\', '/');
        var configuration = plans.ReadConfiguration(context, relative);
        var own = $"{configuration.Environment.Registry}/{configuration.Environment.ImageRepository}";
        if (config["DOCKER_IMAGE"]?.ToString() is not { } image || ImageReference.Parse(image).Repository != own)
            return configuration;
        // The job names this project's image by digest. What this checkout would build is compared with it.
        var without = config.DeepClone().AsObject();
        without.Remove("DOCKER_IMAGE");
        File.WriteAllText(file, without.ToJsonString());
        return plans.ReadConfiguration(context, relative);
    }

    private async Task<IReadOnlyList<Difference>> FindInCodeAsync(
        BuildContext context,
        WorkspaceClient workspace,
        Configuration configuration,
        ExperimentPlan plan,
        SentJob sent,
        string folder
    )
    {
        if (!plan.Runtime.UsesImages)
            return await versions.FindAsync(context, workspace, sent.Name, folder);
        return sent.Passport?["image"]?["digest"]?.ToString() is { } digest && digest != plan.Image?.Digest
            ? await images.FindAsync(context, configuration.Environment, plan, digest)
            : [];
    }

    private async Task<IReadOnlyList<Difference>> FindInClusterAsync(BuildContext context, ExperimentPlan plan)
    {
        try
        {
            await snapshots.ComputeAsync(context, plan);
            return [];
        }
        catch (WorkspaceException error)
        {
            // A cluster of another VM size, or none that can be created.
            return [new Difference("cluster", plan.Compute.VmSize, error.Message)];
        }
    }

    private static ExperimentPlan Restored(ExperimentPlan plan, JsonObject passport, SentJob sent) =>
        plan with
        {
            Passport = plan.Passport with { Git = GitOf(passport["git"]) },
            UncommittedChanges = sent.Variables.GetValueOrDefault(JobMetadata.ChangesVariable),
        };

    private static GitState? GitOf(JsonNode? git) =>
        git?["commit"]?.ToString() is { } commit
            ? new GitState(
                commit,
                git["branch"]?.ToString(),
                git["repository"]?.ToString(),
                git["isDirty"] is JsonValue dirty && dirty.TryGetValue<bool>(out var isDirty) && isDirty
            )
            : null;

    private static SentJob Now(WorkspaceClient workspace, ExperimentPlan plan) =>
        SentJob.Of(
            plan,
            $"{workspace.Id}/computes/{plan.Compute.Name}",
            $"{workspace.Id}/environments/{plan.Environment.Name}/versions/{plan.Environment.Version}"
        );

    private static void Report(
        BuildContext context,
        string job,
        SentJob sent,
        JsonObject passport,
        string folder,
        List<Difference> differences
    )
    {
        context.Report(
            "Replay",
            differences.Count == 0 ? $"{job}: unchanged, the request is the same" : $"{job}: {Count(differences.Count)}"
        );
        foreach (var difference in differences.Take(MostShown))
            context.Say($"  {difference.Field}: {Shown(difference.Then)} → {Shown(difference.Now)}");
        if (differences.Count > MostShown)
            context.Say($"  and {differences.Count - MostShown} more");
        if (differences.Count > 0 && GitOf(passport["git"]) is { } git)
            ReportCode(context, git, ReadChanges(context, sent, folder));
    }

    private static string Fields(int count) => count == 1 ? "1 field" : $"{count} fields";

    private static string Count(int differences) => differences == 1 ? "1 difference" : $"{differences} differences";

    private static string Shown(string? value) =>
        value switch
        {
            null => "absent",
            { Length: > LongestShown } => $"{value[..LongestShown]}…",
            _ => value,
        };

    /// <summary>Writes the changes that were not committed when the job was submitted to a file that git can apply.</summary>
    private static string? ReadChanges(BuildContext context, SentJob sent, string folder)
    {
        if (!sent.Variables.TryGetValue(JobMetadata.ChangesVariable, out var packed) || UncommittedChanges.Unpack(packed) is not { } diff)
            return null;
        var file = Path.Combine(folder, "uncommitted.diff");
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(file, diff);
        return Path.GetRelativePath(context.Root, file).Replace('\\', '/');
    }

    private static void ReportCode(BuildContext context, GitState git, string? changes)
    {
        // The commit is from outside; only a commit id becomes part of a command.
        if (git.Commit.Length is < 7 or > 64 || !git.Commit.All(char.IsAsciiHexDigitLower))
            return;
        context.ReportDetail("its code", $"git switch --detach {git.Commit}");
        if (changes is not null)
            context.ReportDetail("", $"git apply {changes}    (read it first: whoever submitted the job wrote it)");
        else if (git.IsDirty)
            context.ReportDetail("", "and changes that were not committed, which are not kept with the job");
    }

    private async Task SubmitAsync(BuildContext context, string job, ExperimentPlan plan, List<Difference> differences)
    {
        if (differences.Count > 0 && !arguments.Get(ReplayArguments.AcceptDifferences))
        {
            throw new CakeException(
                $"Job {job} and what would be submitted now differ in {Fields(differences.Count)}; with --run they must be equal. "
                    + "Restore what differs, or submit the experiment as it is now: add --accept-differences"
            );
        }

        if (plan.Runtime.UsesImages && plan.Image?.Digest is null)
        {
            throw new CakeException(
                $"The registry does not have the image {plan.Image}; it must be there before the job is submitted. "
                    + "Build it: dotnet cake --target=Docker-Push"
            );
        }

        plans.WritePlan(context, plan);
        await clusters.EnsureAsync(context);
        await training.SubmitAgainAsync(context, plan);
    }
}
