using System.Globalization;
using CodeHosts.Commands;
using CodeHosts.Facts;
using CodeHosts.Gate;
using CodeHosts.Hosts;
using CodeHosts.Platforms;

namespace CodeHosts.AzureDevOps;

/// <summary>Reads the event of a run of Azure Pipelines, for a repository in Azure Repos or on GitHub.</summary>
/// <param name="host">The host of the repository.</param>
/// <param name="variable">Returns the value of an environment variable.</param>
/// <param name="isApproved">Whether the stage is behind an environment and was approved.</param>
internal sealed class AzureEvents(ICodeHost host, Func<string, string?> variable, bool isApproved) : IEventReader
{
    // Azure Pipelines sets the number for repositories on GitHub, the id for its own.
    public int? PullRequestNumber =>
        variable("BUILD_REASON") == "PullRequest"
        && int.TryParse(
            variable("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER") is { Length: > 0 } number
                ? number
                : variable("SYSTEM_PULLREQUEST_PULLREQUESTID"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var value
        )
            ? value
            : null;

    public string? EventHead => variable("SYSTEM_PULLREQUEST_SOURCECOMMITID") is { Length: > 0 } commit ? commit : null;

    private bool IsFork => string.Equals(variable("SYSTEM_PULLREQUEST_ISFORK"), "true", StringComparison.OrdinalIgnoreCase);

    private bool IsAzureRepos => variable("BUILD_REPOSITORY_PROVIDER") is null or "" or "TfsGit";

    public async Task<LaunchRequest> ReadAsync(CancellationToken cancellationToken)
    {
        var request = new LaunchRequest
        {
            Platform = Platform.AzureDevOps,
            Trigger =
                PullRequestNumber is null ? Trigger.Other
                : isApproved ? Trigger.Approved
                : Trigger.Changed,
            EventName = variable("BUILD_REASON") ?? "",
            Commit = variable("BUILD_SOURCEVERSION"),
        };
        if (PullRequestNumber is not { } number)
            return request;
        var pull = await host.ReadPullRequestAsync(number, cancellationToken);
        if (IsFork && pull.Source == CodeSource.SameRepository)
            pull = pull with { Source = CodeSource.Fork };
        request = request with
        {
            PullRequest = pull,
            Changes = await host.ReadChangedFilesAsync(number, cancellationToken),
            Head = EventHead == pull.Head ? HeadState.AsSeen : HeadState.Moved,
        };
        if (IsAzureRepos && pull.Source == CodeSource.SameRepository)
            request = await AddCommandAsync(request, pull, cancellationToken);
        if (isApproved)
            request = request with { Trigger = Trigger.Approved, Requester = new("approver", Permission.Approver) };
        return request with
        {
            ExistingExperiments = request.Command?.File is { } file
                ? await host.ListFilesAsync(file[..file.LastIndexOf('/')], pull.Head, cancellationToken)
                : [],
        };
    }

    // Azure Repos starts no run for a comment. The run reads the newest command that was written since the last push, by someone who may
    // push.
    private async Task<LaunchRequest> AddCommandAsync(LaunchRequest request, PullRequest pull, CancellationToken cancellationToken)
    {
        if (await host.FindLastPushAsync(pull, cancellationToken) is not { } pushed)
            return request;
        var comments = await host.ListCommentsAsync(pull.Number, cancellationToken);
        foreach (var comment in comments.Where(comment => comment.Written > pushed && !comment.IsEdited).Reverse())
        {
            if (CommentCommand.Parse(comment.Body, Platform.AzureDevOps) is not { } command)
                continue;
            var permission = await host.ReadPermissionAsync(comment.AuthorId, cancellationToken);
            // Behind an approval a command without the right counts as not written: it must not stop what was approved.
            if (isApproved && (permission < Permission.Write || command.Kind != CommentCommandKind.Train))
                continue;
            return request with { Trigger = Trigger.Commented, Command = command, Requester = new(comment.AuthorName, permission) };
        }

        return request;
    }
}
