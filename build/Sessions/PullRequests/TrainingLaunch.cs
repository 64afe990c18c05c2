using System.Text.Json.Nodes;
using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Models;
using Build.CommandLine.Groups.Pipelines;
using Build.LocalRuntime;
using Build.Log;
using Cake.Core;
using CodeHosts.Comments;
using CodeHosts.Gate;
using CodeHosts.Text;
using Experiments.Json;
using Experiments.Reading;
using Experiments.Records;
using Workspaces.Jobs;

namespace Build.Sessions.PullRequests;

/// <summary>Trains the approved commit: one job per experiment, which the comment of the pull request remembers.</summary>
public sealed class TrainingLaunch(
    CommandArguments arguments,
    HostSession hosts,
    PullRequestJobs jobs,
    GitRepository git,
    IProcesses processes,
    TimeProvider time
)
{
    /// <summary>A job waits in the queue before its own time limit counts.</summary>
    private static readonly TimeSpan LongestQueue = TimeSpan.FromHours(12);

    /// <summary>Submits every job, says so on the pull request, and follows them unless <c>--wait=false</c>.</summary>
    /// <exception cref="CakeException">The checkout is another commit, another launch came first, or a job could not be started or
    /// failed.</exception>
    /// <exception cref="ConfigException">An exp_config is faulty; nothing was started.</exception>
    public async Task StartAsync(BuildContext context, AuthorizedLaunch launch)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(launch);
        await CheckCommitAsync(context, launch);
        var host = hosts.Open(context);
        var configurations = launch.Experiments.Select(experiment => (experiment, Read(context, experiment))).ToList();
        var started = new List<LaunchedJob>();
        var failed = new List<string>();
        var claim = launch.PullRequest is { } claimed ? await jobs.ClaimAsync(context, claimed, launch, IsAgain(launch)) : null;
        try
        {
            foreach (var (experiment, configuration) in configurations)
            {
                if (await SubmitAsync(context, launch, experiment, configuration) is { } job)
                    started.Add(job);
                else
                    failed.Add(experiment.ExpConfig);
            }
        }
        finally
        {
            if (claim is not null)
                await jobs.FinishAsync(context, launch.PullRequest!.Value, claim, started);
        }

        Output(context, started);
        if (launch is { PullRequest: { } number, Label: { } label } && started.Count > 0)
            await host.RemoveLabelAsync(number, label, context.Cancellation);

        if (arguments.Get(TrainArguments.Wait))
            failed.AddRange(await FollowAsync(context, launch.PullRequest, started));
        if (failed.Count > 0)
        {
            throw new CakeException(
                $"{string.Join(", ", failed)} did not complete; each must. The log above has the reasons; the same request retries them."
            );
        }
    }

    // Changes by a later push, or by an earlier step of the pipeline, are not approved.
    private async Task CheckCommitAsync(BuildContext context, AuthorizedLaunch launch)
    {
        const string Remedy = "check out the output `commit` of Authorize";
        if (await git.ReadAsync(context) is not { } state)
            throw new CakeException($"The checkout is not a git repository; it must be the approved commit: {Remedy}.");
        if (state.Commit != launch.Commit)
        {
            throw new CakeException(
                $"The checkout is at commit {state.Commit}; it must be the approved one, {SafeText.Show(launch.Commit)}: " + $"{Remedy}."
            );
        }

        if (state.IsDirty)
        {
            throw new CakeException(
                $"Tracked files of the checkout differ from commit {state.Commit}; they must not: only the approved commit is trained."
            );
        }
    }

    private bool IsAgain(AuthorizedLaunch launch) => launch.Again || arguments.Get(LaunchArguments.Again);

    private Configuration Read(BuildContext context, RequestedExperiment experiment) =>
        ConfigurationReader.Read(
            context.Root,
            experiment.ExpConfig,
            DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime),
            experiment.Overrides
        );

    private async Task<LaunchedJob?> SubmitAsync(
        BuildContext context,
        AuthorizedLaunch launch,
        RequestedExperiment experiment,
        Configuration configuration
    )
    {
        context.Report("Launch", $"{experiment.ExpConfig} at commit {SafeText.Show(launch.Commit, 12)}");
        var command = HostProgram.Command(
            context,
            [
                "--target=Train",
                $"--exp-config={experiment.ExpConfig}",
                .. experiment.Overrides.Select(value => $"--set={value}"),
                "--wait=false",
                // A job of any pull request may push to the repository of pull requests, so nothing of it is trained.
                $"--image-repository={configuration.Environment.ImageRepository}",
                .. IsAgain(launch) ? ["--rerun"] : (string[])[],
                .. Forwarded(BudgetArguments.MaxPrice, BudgetArguments.MaxMinutes, PriceArguments.NodePrice, SignInArguments.Credential),
            ]
        );
        if (await processes.RunAsync(command, onLine: null, context.Cancellation) != 0)
            return null;
        var plan = PlanFile.ReadLastName(context.ArtifactsFolder);
        var job = PlanStore.Records(context, plan).Read<SubmittedJob>();
        var limit = TimeSpan.FromMinutes(configuration.Experiment.RunParams.TimeoutMinutes);
        return new(
            job.Name,
            experiment.ExpConfig,
            experiment.Overrides,
            configuration.Experiment.EnvConfigFile,
            launch.Commit!,
            time.GetUtcNow() + limit + LongestQueue,
            job.Status.ToString(),
            job.StudioUrl
        );
    }

    private IEnumerable<string> Forwarded(params IEnumerable<Argument> forwarded) =>
        forwarded.SelectMany(argument => arguments.GetTexts(argument).Select(text => $"--{argument.Name}={text}"));

    private async Task<IReadOnlyList<string>> FollowAsync(BuildContext context, int? pullRequest, List<LaunchedJob> started)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        var shown =
            pullRequest is { } number && started.Count > 0
                ? jobs.KeepShownAsync(context, number, started, ended.Token)
                : Task.CompletedTask;
        try
        {
            var failed = new List<string>();
            foreach (var job in started)
            {
                if (await FollowAsync(context, job) != 0)
                    failed.Add(job.Job);
            }

            return failed;
        }
        finally
        {
            await ended.CancelAsync();
            await shown;
        }
    }

    private Task<int> FollowAsync(BuildContext context, LaunchedJob job)
    {
        var command = HostProgram.Command(
            context,
            [
                "--target=Follow",
                $"--job={job.Job}",
                $"--exp-config={job.ExpConfig}",
                .. Forwarded(PriceArguments.NodePrice, SignInArguments.Credential),
            ]
        );
        return processes.RunAsync(command, onLine: null, context.Cancellation);
    }

    private static void Output(BuildContext context, List<LaunchedJob> started)
    {
        var described = started.Select(job =>
            (JsonNode)
                new JsonObject
                {
                    ["job"] = job.Job,
                    ["exp_config"] = job.ExpConfig,
                    ["studio_url"] = job.Page,
                }
        );
        context.Output("jobs", new JsonArray([.. described]).ToJsonString(RecordJson.Compact));
        foreach (var job in started)
            context.Report("Launched", $"{job.ExpConfig}: {job.Job}");
    }
}
