using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Fixtures.CodeHosts;

/// <summary>
/// The part of GitHub's REST interface that the gate and the reports need, written from GitHub's documentation: comments, labels,
/// permissions, statuses, pull requests, contents, activity; pages by Link, limits, and the statuses of its errors.
/// </summary>
public sealed partial class GitHubServer : CodeHostServer
{
    private const int LongestComment = 65_536;
    private const int MostStatuses = 1000;

    private long lastId = 1000;

    private GitHubServer() { }

    /// <summary>The pull request; its number is free.</summary>
    public HostedPullRequest PullRequest { get; } = new();

    /// <summary>The permission of each login: admin, maintain, write, triage, read or none.</summary>
    public Dictionary<string, string> Permissions { get; } = new(StringComparer.OrdinalIgnoreCase) { ["octocat"] = "write" };

    /// <summary>The scopes of the token, as a workflow's <c>permissions:</c> name them.</summary>
    public Dictionary<string, string> Scopes { get; } =
        new(StringComparer.Ordinal)
        {
            ["contents"] = "read",
            ["pull_requests"] = "write",
            ["issues"] = "write",
            ["statuses"] = "write",
        };

    /// <summary>The files that exist at every commit.</summary>
    public List<string> Contents { get; } = ["exp_configs/demo.json", "exp_configs/pothole.json", "exp_configs/exp_config.schema.json"];

    public List<HostedStatus> Statuses { get; } = [];

    /// <summary>Whether the activity of branches can be read; older self-hosted servers have none.</summary>
    public bool HasActivity { get; set; } = true;

    /// <summary>The variables of a job of GitHub Actions that reaches this server.</summary>
    public IReadOnlyDictionary<string, string> Variables =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["GITHUB_ACTIONS"] = "true",
            ["GITHUB_API_URL"] = Address.ToString().TrimEnd('/'),
            ["GITHUB_REPOSITORY"] = CodeHostNames.Repository,
            ["GITHUB_TOKEN"] = Token,
        };

    public static async Task<GitHubServer> StartAsync(CancellationToken cancellationToken)
    {
        var server = new GitHubServer();
        server.PullRequest.Pushes.Add((server.PullRequest.Head, server.Now.AddHours(-1)));
        await server.ListenAsync(cancellationToken);
        return server;
    }

    /// <summary>Pushes a commit to the branch of the pull request.</summary>
    public void Push(string commit)
    {
        PullRequest.Head = commit;
        PullRequest.Pushes.Add((commit, Now));
    }

    /// <summary>Writes a comment as a person does.</summary>
    public HostedComment Comment(string login, string body, string id = "583231")
    {
        var comment = new HostedComment
        {
            Id = ++lastId,
            Thread = lastId,
            AuthorId = id,
            AuthorName = login,
            Body = body,
            Written = Now,
            Updated = Now,
        };
        PullRequest.Comments.Add(comment);
        return comment;
    }

    /// <summary>Returns the comments at this moment, also while requests come in.</summary>
    public IReadOnlyList<HostedComment> ReadComments()
    {
        lock (Requests)
            return [.. PullRequest.Comments.Where(comment => !comment.IsDeleted)];
    }

    /// <summary>Returns the payload of an event about the pull request.</summary>
    /// <param name="action">The action, such as <c>labeled</c>.</param>
    /// <param name="sender">The login of the account that caused it.</param>
    /// <param name="label">The label of a labeled event.</param>
    /// <param name="comment">The comment of an issue_comment event.</param>
    /// <param name="senderType">User, Bot or Organization.</param>
    /// <param name="isIssue">Whether the comment is on an issue that is not a pull request.</param>
    public JsonObject Event(
        string action,
        string sender = "octocat",
        string? label = null,
        HostedComment? comment = null,
        string senderType = "User",
        bool isIssue = false
    )
    {
        var payload = new JsonObject
        {
            ["action"] = action,
            ["repository"] = new JsonObject { ["full_name"] = CodeHostNames.Repository, ["default_branch"] = "main" },
            ["sender"] = new JsonObject { ["login"] = sender, ["type"] = senderType },
        };
        if (label is not null)
            payload["label"] = new JsonObject { ["name"] = label };
        if (comment is null)
        {
            payload["number"] = PullRequest.Number;
            payload["pull_request"] = Describe();
            return payload;
        }

        payload["comment"] = Describe(comment);
        payload["issue"] = new JsonObject { ["number"] = PullRequest.Number };
        if (!isIssue)
            payload["issue"]!["pull_request"] = new JsonObject { ["url"] = $"{Address}pulls/{PullRequest.Number}" };
        return payload;
    }

    protected override HostAnswer Answer(HostRequest request, HttpContext context)
    {
        if (context.Request.Headers.UserAgent.Count == 0)
            return Error(403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header");
        if (context.Request.Headers.Authorization != $"Bearer {Token}")
            return Error(401, "Bad credentials");
        if (request.Path.StartsWith("/users/", StringComparison.Ordinal))
            return User(request.Path["/users/".Length..]);
        if (request.Path == "/user")
            return Error(403, "Resource not accessible by integration");
        var match = RepositoryPath().Match(request.Path);
        if (!match.Success || match.Groups["name"].Value != CodeHostNames.Repository)
            return NotFound();
        return AnswerRepository(request, match.Groups["rest"].Value, context);
    }

    private HostAnswer AnswerRepository(HostRequest request, string rest, HttpContext context)
    {
        var number = PullRequest.Number.ToString(CultureInfo.InvariantCulture);
        var issue = $"issues/{number}/";
        return (request.Method, rest) switch
        {
            ("GET", _) when rest == $"pulls/{number}" => Needs("pull_requests", "read") ?? HostAnswer.Json(200, Describe()),
            ("GET", _) when rest == $"pulls/{number}/files" => Needs("pull_requests", "read")
                ?? Page(context, [.. PullRequest.Files.Select(File)]),
            ("GET", _) when rest == issue + "comments" => Page(
                context,
                [.. PullRequest.Comments.Where(one => !one.IsDeleted).Select(Describe)]
            ),
            ("POST", _) when rest == issue + "comments" => NeedsConversation() ?? Create(request),
            ("PATCH", _) when rest.StartsWith("issues/comments/", StringComparison.Ordinal) => NeedsConversation()
                ?? Edit(request, rest["issues/comments/".Length..]),
            ("DELETE", _) when rest.StartsWith("issues/comments/", StringComparison.Ordinal) => NeedsConversation()
                ?? Delete(rest["issues/comments/".Length..]),
            ("DELETE", _) when rest.StartsWith(issue + "labels/", StringComparison.Ordinal) => NeedsConversation()
                ?? RemoveLabel(rest[(issue + "labels/").Length..]),
            ("GET", _) when rest.StartsWith("collaborators/", StringComparison.Ordinal) => Collaborator(rest),
            ("POST", _) when rest.StartsWith("statuses/", StringComparison.Ordinal) => Needs("statuses", "write")
                ?? SetStatus(request, rest["statuses/".Length..]),
            ("GET", _) when rest.StartsWith("contents/", StringComparison.Ordinal) => Needs("contents", "read")
                ?? List(rest["contents/".Length..]),
            ("GET", "activity") when HasActivity => Page(context, [.. Activity(context.Request.Query["ref"].ToString())]),
            _ => NotFound(),
        };
    }

    private JsonObject Describe() =>
        new()
        {
            ["number"] = PullRequest.Number,
            ["title"] = PullRequest.Title,
            ["state"] = PullRequest.State == "open" ? "open" : "closed",
            ["merged"] = PullRequest.State == "merged",
            ["draft"] = PullRequest.IsDraft,
            ["labels"] = new JsonArray([.. PullRequest.Labels.Select(label => new JsonObject { ["name"] = label })]),
            ["head"] = new JsonObject
            {
                ["ref"] = PullRequest.Branch,
                ["sha"] = PullRequest.Head,
                ["repo"] = PullRequest.HeadRepository is { } name
                    ? new JsonObject { ["full_name"] = name, ["fork"] = name != CodeHostNames.Repository }
                    : null,
            },
            ["base"] = new JsonObject
            {
                ["ref"] = PullRequest.Base,
                ["repo"] = new JsonObject { ["full_name"] = CodeHostNames.Repository },
            },
        };

    private static JsonObject Describe(HostedComment comment) =>
        new()
        {
            ["id"] = comment.Id,
            ["body"] = comment.Body,
            ["user"] = new JsonObject
            {
                ["login"] = comment.AuthorName,
                ["id"] = long.Parse(comment.AuthorId, CultureInfo.InvariantCulture),
                ["type"] = "User",
            },
            ["created_at"] = Show(comment.Written),
            ["updated_at"] = Show(comment.Updated),
        };

    private static JsonObject File((string Path, string Status, string? Former) file)
    {
        var described = new JsonObject { ["filename"] = file.Path, ["status"] = file.Status };
        if (file.Former is not null)
            described["previous_filename"] = file.Former;
        return described;
    }

    private IEnumerable<JsonNode> Activity(string reference) =>
        reference == $"refs/heads/{PullRequest.Branch}"
            ? PullRequest
                .Pushes.AsEnumerable()
                .Reverse()
                .Select(push => new JsonObject
                {
                    ["after"] = push.Commit,
                    ["ref"] = reference,
                    ["timestamp"] = Show(push.Time),
                    ["activity_type"] = "push",
                })
            : [];

    private HostAnswer Page(HttpContext context, IReadOnlyList<JsonNode> items)
    {
        var size = Math.Min(Query(context, "per_page", 30), 100);
        var page = Query(context, "page", 1);
        var body = new JsonArray([.. items.Skip((page - 1) * size).Take(size).Select(item => item.DeepClone())]);
        var last = Math.Max(1, (items.Count + size - 1) / size);
        if (page >= last)
            return HostAnswer.Json(200, body);
        var other = string.Concat(
            context
                .Request.Query.Where(pair => pair.Key is not ("page" or "per_page"))
                .Select(pair => $"&{pair.Key}={Uri.EscapeDataString(pair.Value!)}")
        );
        var start = $"{Address.ToString().TrimEnd('/')}{context.Request.Path}?per_page={size}{other}";
        return HostAnswer.Json(200, body) with
        {
            Headers = [("Link", $"<{start}&page={page + 1}>; rel=\"next\", <{start}&page={last}>; rel=\"last\"")],
        };
    }

    private HostAnswer Create(HostRequest request)
    {
        var body = (string?)JsonNode.Parse(request.Body)?["body"] ?? "";
        if (TooLong(body) is { } refusal)
            return refusal;
        var comment = Comment("github-actions[bot]", body, CodeHostNames.ActionsId);
        return HostAnswer.Json(201, Describe(comment));
    }

    private HostAnswer Edit(HostRequest request, string id)
    {
        var comment = Find(id);
        var body = (string?)JsonNode.Parse(request.Body)?["body"] ?? "";
        if (comment is null)
            return NotFound();
        if (TooLong(body) is { } refusal)
            return refusal;
        comment.Body = body;
        comment.Updated = Now;
        return HostAnswer.Json(200, Describe(comment));
    }

    private HostAnswer Delete(string id)
    {
        if (Find(id) is not { } comment)
            return NotFound();
        PullRequest.Comments.Remove(comment);
        return new(204, "");
    }

    private HostedComment? Find(string id) =>
        PullRequest.Comments.Find(one => !one.IsDeleted && one.Id.ToString(CultureInfo.InvariantCulture) == id);

    private static HostAnswer? TooLong(string body) =>
        body.Length > LongestComment
            ? Invalid("IssueComment", "body", "custom", $"Body is too long (maximum is {LongestComment} characters)")
            : null;

    private HostAnswer RemoveLabel(string name) =>
        PullRequest.Labels.Remove(name)
            ? HostAnswer.Json(200, new JsonArray([.. PullRequest.Labels.Select(label => new JsonObject { ["name"] = label })]))
            : Error(404, "Label does not exist");

    private HostAnswer Collaborator(string rest)
    {
        var login = CollaboratorPath().Match(rest).Groups["login"].Value;
        if (!Permissions.TryGetValue(login, out var role))
            return NotFound();
        var permission = role switch
        {
            "maintain" => "write",
            "triage" => "read",
            _ => role,
        };
        return HostAnswer.Json(200, new JsonObject { ["permission"] = permission, ["role_name"] = role });
    }

    private HostAnswer SetStatus(HostRequest request, string commit)
    {
        var body = JsonNode.Parse(request.Body)!;
        var (state, name) = ((string)body["state"]!, (string?)body["context"] ?? "default");
        var description = (string?)body["description"] ?? "";
        if (!Commit().IsMatch(commit))
            return Error(422, $"No commit found for SHA: {commit}");
        if (state is not ("error" or "failure" or "pending" or "success"))
            return Invalid("Status", "state", "custom", "state is not included in the list");
        if (description.Length > 140)
            return Invalid("Status", "description", "custom", "description is too long (maximum is 140 characters)");
        if (Statuses.Count(status => status.Target == commit && status.Name == name) >= MostStatuses)
            return Invalid("Status", "base", "custom", "This SHA and context has reached the maximum number of statuses.");
        Statuses.Add(new(commit, state, name, description, (string?)body["target_url"]));
        return HostAnswer.Json(201, new JsonObject { ["state"] = state });
    }

    private HostAnswer List(string folder)
    {
        var files = Contents.Where(path => path[..Math.Max(0, path.LastIndexOf('/'))] == folder).ToList();
        return files.Count == 0
            ? NotFound()
            : HostAnswer.Json(
                200,
                new JsonArray([
                    .. files.Select(path => new JsonObject
                    {
                        ["type"] = path.EndsWith(".link.json", StringComparison.Ordinal) ? "symlink" : "file",
                        ["path"] = path,
                    }),
                ])
            );
    }

    private static HostAnswer User(string login) =>
        login == "github-actions[bot]"
            ? HostAnswer.Json(
                200,
                new JsonObject { ["login"] = login, ["id"] = long.Parse(CodeHostNames.ActionsId, CultureInfo.InvariantCulture) }
            )
            : NotFound();

    // Comments and labels of a pull request belong to issues as well: one of the two is enough.
    private HostAnswer? NeedsConversation() =>
        Needs("issues", "write") is { } refusal && Needs("pull_requests", "write") is not null
            ? refusal with
            {
                Headers = [("X-Accepted-GitHub-Permissions", "issues=write; pull_requests=write")],
            }
            : null;

    private HostAnswer? Needs(string scope, string access)
    {
        var granted = Scopes.GetValueOrDefault(scope);
        return granted == "write" || granted == access
            ? null
            : Error(403, "Resource not accessible by integration") with
            {
                Headers = [("X-Accepted-GitHub-Permissions", $"{scope}={access}")],
            };
    }

    private static HostAnswer NotFound() => Error(404, "Not Found");

    private static HostAnswer Invalid(string resource, string field, string code, string message) =>
        HostAnswer.Json(
            422,
            new JsonObject
            {
                ["message"] = "Validation Failed",
                ["errors"] = new JsonArray(
                    new JsonObject
                    {
                        ["resource"] = resource,
                        ["field"] = field,
                        ["code"] = code,
                        ["message"] = message,
                    }
                ),
            }
        );

    private static HostAnswer Error(int status, string message) =>
        HostAnswer.Json(
            status,
            new JsonObject
            {
                ["message"] = message,
                ["documentation_url"] = "https://docs.github.com/rest",
                ["status"] = status.ToString(CultureInfo.InvariantCulture),
            }
        );

    private static int Query(HttpContext context, string name, int otherwise) =>
        int.TryParse(context.Request.Query[name], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    [GeneratedRegex("^/repos/(?<name>[^/]+/[^/]+)/(?<rest>.+[^/])$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RepositoryPath();

    [GeneratedRegex("^collaborators/(?<login>[^/]+)/permission$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CollaboratorPath();

    [GeneratedRegex("^[0-9a-f]{40}$", RegexOptions.None, 1000)]
    private static partial Regex Commit();
}
