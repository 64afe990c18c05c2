using System.Globalization;
using System.Text.Json;
using CodeHosts.Commands;
using CodeHosts.Facts;
using CodeHosts.Gate;
using CodeHosts.Hosts;
using CodeHosts.Http;
using CodeHosts.Platforms;
using CodeHosts.Text;

namespace CodeHosts.GitHub;

/// <summary>Reads the event of a run of GitHub Actions.</summary>
internal sealed class GitHubEvents : IEventReader
{
    private readonly ICodeHost host;
    private readonly string name;
    private readonly JsonElement payload;

    /// <param name="host">The repository.</param>
    /// <param name="variable">Returns the value of an environment variable.</param>
    /// <exception cref="CodeHostException">The file of the event is missing or broken.</exception>
    public GitHubEvents(ICodeHost host, Func<string, string?> variable)
    {
        this.host = host;
        name = variable("GITHUB_EVENT_NAME") ?? "";
        payload = Read(variable("GITHUB_EVENT_PATH"));
    }

    public int? PullRequestNumber =>
        payload.Number("pull_request", "number") is { } number ? (int)number
        : payload.Find("issue", "pull_request") is not null ? (int?)payload.Number("issue", "number")
        : null;

    public string? EventHead => payload.Text("pull_request", "head", "sha");

    private string Action => payload.Text("action") ?? "";

    private Trigger Trigger =>
        (name, Action) switch
        {
            ("merge_group", _) => Trigger.MergeGroup,
            ("pull_request" or "pull_request_target", "labeled") => Trigger.Labeled,
            ("pull_request" or "pull_request_target", "unlabeled" or "closed") => Trigger.Other,
            ("pull_request" or "pull_request_target", _) => Trigger.Changed,
            ("issue_comment", "created") => Trigger.Commented,
            ("issue_comment", "edited") => Trigger.CommentEdited,
            ("issue_comment", _) => Trigger.CommentDeleted,
            _ => Trigger.Other,
        };

    public async Task<LaunchRequest> ReadAsync(CancellationToken cancellationToken)
    {
        var request = new LaunchRequest
        {
            Platform = Platform.GitHub,
            Trigger = Trigger,
            EventName = Action.Length > 0 ? $"{name} {Action}" : name,
            DefaultBranch = payload.Text("repository", "default_branch") ?? "main",
            Commit = payload.Text("merge_group", "head_sha") ?? payload.Text("after"),
            Label = payload.Text("label", "name"),
            Command = CommentCommand.Parse(payload.Text("comment", "body"), Platform.GitHub),
        };
        // A comment that is not a command costs no request.
        if (
            PullRequestNumber is not { } number
            || request.Trigger is Trigger.Other or Trigger.MergeGroup
            || (payload.Find("comment") is not null && request.Command is null)
        )
        {
            return request with { PullRequest = PullRequestNumber is { } known ? Unread(known) : null };
        }

        var pull = await host.ReadPullRequestAsync(number, cancellationToken);
        request = request with { PullRequest = pull, Changes = await host.ReadChangedFilesAsync(number, cancellationToken) };
        return request.Trigger == Trigger.Changed ? request : await CompleteAsync(request, pull, cancellationToken);
    }

    private async Task<LaunchRequest> CompleteAsync(LaunchRequest request, PullRequest pull, CancellationToken cancellationToken)
    {
        var login = payload.Text("sender", "login") ?? "";
        var isBot = payload.Text("sender", "type") != "User";
        var permission = isBot ? Permission.None : await host.ReadPermissionAsync(login, cancellationToken);
        return request with
        {
            Requester = new(login, permission, isBot),
            Head = await CompareHeadAsync(request, pull, cancellationToken),
            ExistingExperiments = request.Command?.File is { } file
                ? await host.ListFilesAsync(file[..file.LastIndexOf('/')], pull.Head, cancellationToken)
                : [],
        };
    }

    // The event of a label carries the head. That of a comment does not: only the time of the last push can tell.
    private async Task<HeadState> CompareHeadAsync(LaunchRequest request, PullRequest pull, CancellationToken cancellationToken)
    {
        if (EventHead is { } seen)
            return seen == pull.Head ? HeadState.AsSeen : HeadState.Moved;
        if (request.Trigger != Trigger.Commented || pull.Source != CodeSource.SameRepository)
            return HeadState.AsSeen;
        var pushed = await host.FindLastPushAsync(pull, cancellationToken);
        return pushed is null || payload.Time("comment", "created_at") is not { } written ? HeadState.Unknown
            : pushed < written ? HeadState.AsSeen
            : HeadState.Moved;
    }

    private PullRequest Unread(int number) => new(number, PullRequestState.Open, CodeSource.SameRepository, "", EventHead ?? "");

    private static JsonElement Read(string? file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file ?? ""));
            return document.RootElement.Clone();
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or UnauthorizedAccessException or JsonException)
        {
            var found = string.IsNullOrEmpty(file) ? "missing" : $"{SafeText.Quote(file)}, which cannot be read";
            throw new CodeHostException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"GITHUB_EVENT_PATH is {found}; it must be the event, as GitHub Actions sets it."
                )
            );
        }
    }
}
