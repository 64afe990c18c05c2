using Build.CommandLine;
using Build.CommandLine.Groups.Pipelines;
using CodeHosts.Comments;
using CodeHosts.Hosts;
using CodeHosts.Http;
using CodeHosts.Opening;
using Experiments.Records;

namespace Build.Sessions.PullRequests;

/// <summary>The code host of a run, and the records of earlier targets about the pull request.</summary>
public sealed class HostSession(CommandArguments arguments, TimeProvider time)
{
    private ICodeHost? host;

    /// <summary>Opens the host of the repository; its token comes only from the environment.</summary>
    /// <exception cref="CodeHostException">This is not a pipeline, or a variable is missing.</exception>
    public ICodeHost Open(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return host ??= CodeHost.Open(context.Environment.GetEnvironmentVariable, arguments.Get(PullRequestArguments.Author), time);
    }

    /// <summary>Opens the one comment of a pull request.</summary>
    public CommentPublisher OpenComment(BuildContext context) => new(Open(context), time);

    /// <summary>Opens the launches of a pull request that are under way.</summary>
    public LaunchClaims OpenClaims(BuildContext context) => new(Open(context), OpenComment(context), time);

    /// <summary>Opens the event for which the pipeline runs.</summary>
    /// <exception cref="CodeHostException">The event cannot be read.</exception>
    public IEventReader OpenEvent(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return CodeHost.ReadEvent(Open(context), context.Environment.GetEnvironmentVariable, arguments.Get(GateArguments.Approved));
    }

    /// <summary>Returns the file of the decision.</summary>
    public static string LaunchFile(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Path.Combine(context.ArtifactsFolder, AuthorizedLaunch.FileName);
    }

    /// <summary>Reads the decision.</summary>
    /// <exception cref="RecordException">Authorize has not run.</exception>
    public static AuthorizedLaunch ReadLaunch(BuildContext context) =>
        RecordFile.Read<AuthorizedLaunch>(LaunchFile(context), "Run: dotnet cake --target=Authorize");

    /// <summary>Reads the decision; null when this pipeline has no gate.</summary>
    public static AuthorizedLaunch? FindLaunch(BuildContext context) => File.Exists(LaunchFile(context)) ? ReadLaunch(context) : null;

    /// <summary>Returns the number of the pull request: from the argument, the decision or the event; null outside one.</summary>
    public int? FindPullRequest(BuildContext context) =>
        arguments.Get(PullRequestArguments.Number) ?? FindLaunch(context)?.PullRequest ?? OpenEvent(context).PullRequestNumber;
}
