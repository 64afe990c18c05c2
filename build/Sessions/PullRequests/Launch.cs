using Build.Log;
using CodeHosts.Gate;

namespace Build.Sessions.PullRequests;

/// <summary>Carries out the decision of the gate.</summary>
public sealed class Launch(TrainingLaunch training, PullRequestJobs jobs)
{
    /// <summary>Trains, cancels or lists; reports the reason when there is nothing to do.</summary>
    /// <exception cref="Cake.Core.CakeException">The checkout is another commit, or a job could not be started or failed.</exception>
    /// <exception cref="Experiments.Records.RecordException">Authorize has not run.</exception>
    public Task RunAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var launch = HostSession.ReadLaunch(context);
        switch (launch.Decision)
        {
            case Decision.Launch:
                return training.StartAsync(context, launch);
            case Decision.Cancel:
                return jobs.CancelAsync(context, launch);
            case Decision.Status:
                return jobs.ShowAsync(context, launch);
            default:
                context.Report("Launch", $"nothing: {launch.Reason}");
                return Task.CompletedTask;
        }
    }
}
