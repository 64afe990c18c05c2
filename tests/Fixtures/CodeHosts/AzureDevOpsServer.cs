using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Fixtures.CodeHosts;

/// <summary>
/// The part of Azure DevOps' REST interface that the gate and the reports need, written from Microsoft's documentation: threads, statuses,
/// labels, iterations, items, attachments, identities and access control lists. Without a valid token it returns 203 with a sign-in page.
/// </summary>
public sealed partial class AzureDevOpsServer : CodeHostServer
{
    private const string GitNamespace = "2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87";
    private const long Contribute = 4;
    private const long GenericRead = 2;

    private const string SignInPage =
        "<!DOCTYPE html><html><head><title>Azure DevOps Services | Sign In</title></head><body></body></html>";

    private long lastThread = 100;

    private AzureDevOpsServer() { }

    /// <summary>The pull request; its number is free.</summary>
    public HostedPullRequest PullRequest { get; } = new();

    /// <summary>The accounts that may contribute, by id; the value says whether it is by a group.</summary>
    public Dictionary<string, bool> Contributors { get; } =
        new(StringComparer.Ordinal) { ["aaaaaaaa-0000-0000-0000-000000000001"] = false };

    /// <summary>The accounts whose right to contribute is denied, by id.</summary>
    public HashSet<string> Denied { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the build service identity may write to pull requests.</summary>
    public bool MayContributeToPullRequests { get; set; } = true;

    /// <summary>The files that exist at every commit.</summary>
    public List<string> Contents { get; } = ["exp_configs/demo.json", "exp_configs/pothole.json", "exp_configs/exp_config.schema.json"];

    public List<HostedStatus> Statuses { get; } = [];

    /// <summary>The names of the uploaded pictures.</summary>
    public List<string> Attachments { get; } = [];

    /// <summary>The variables of a job of Azure Pipelines that reaches this server, for a pull request.</summary>
    public IReadOnlyDictionary<string, string> Variables =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["TF_BUILD"] = "True",
            ["BUILD_REASON"] = "PullRequest",
            ["BUILD_REPOSITORY_PROVIDER"] = "TfsGit",
            ["BUILD_REPOSITORY_ID"] = CodeHostNames.RepositoryId,
            ["BUILD_SOURCEVERSION"] = new('c', 40),
            ["SYSTEM_ACCESSTOKEN"] = Token,
            ["SYSTEM_COLLECTIONURI"] = $"{Address}{CodeHostNames.Organization}/",
            ["SYSTEM_PULLREQUEST_ISFORK"] = PullRequest.HeadRepository == CodeHostNames.Repository ? "False" : "True",
            ["SYSTEM_PULLREQUEST_PULLREQUESTID"] = PullRequest.Number.ToString(CultureInfo.InvariantCulture),
            ["SYSTEM_PULLREQUEST_SOURCECOMMITID"] = PullRequest.Head,
            ["SYSTEM_TEAMPROJECTID"] = CodeHostNames.ProjectId,
        };

    private static string RepositoryStart =>
        $"/{CodeHostNames.Organization}/{CodeHostNames.ProjectId}/_apis/git/repositories/{CodeHostNames.RepositoryId}/";

    public static async Task<AzureDevOpsServer> StartAsync(CancellationToken cancellationToken)
    {
        var server = new AzureDevOpsServer();
        server.PullRequest.Pushes.Add((server.PullRequest.Head, server.Now.AddHours(-1)));
        await server.ListenAsync(cancellationToken);
        return server;
    }

    /// <summary>Pushes a commit to the branch of the pull request: a new iteration.</summary>
    public void Push(string commit)
    {
        PullRequest.Head = commit;
        PullRequest.Pushes.Add((commit, Now));
    }

    /// <summary>Writes a comment as a person does, in a new thread.</summary>
    public HostedComment Comment(string author, string body, string id = "aaaaaaaa-0000-0000-0000-000000000001")
    {
        var comment = new HostedComment
        {
            Id = 1,
            Thread = ++lastThread,
            AuthorId = id,
            AuthorName = author,
            Body = body,
            Written = Now,
            Updated = Now,
        };
        PullRequest.Comments.Add(comment);
        return comment;
    }

    protected override HostAnswer Answer(HostRequest request, HttpContext context)
    {
        if (context.Request.Headers.Authorization != $"Bearer {Token}")
            return new(203, SignInPage) { ContentType = "text/html; charset=utf-8" };
        if (!context.Request.Query.ContainsKey("api-version"))
            return Error(400, "VssVersionNotSpecifiedException", "No api-version was supplied for the request.");
        var organization = $"/{CodeHostNames.Organization}/_apis/";
        if (request.Path == organization + "connectionData")
            return HostAnswer.Json(200, ConnectionData());
        if (request.Path == organization + "identities")
            return Identities(context.Request.Query["identityIds"].ToString());
        if (request.Path == $"{organization}accesscontrollists/{GitNamespace}")
            return AccessControlLists(context);
        return request.Path.StartsWith(RepositoryStart, StringComparison.OrdinalIgnoreCase)
            ? AnswerRepository(request, request.Path[RepositoryStart.Length..], context)
            : Error(404, "VssResourceNotFoundException", "The controller for the path was not found.");
    }

    private static JsonObject ConnectionData() =>
        new() { ["authenticatedUser"] = new JsonObject { ["id"] = CodeHostNames.BuildServiceId } };

    private HostAnswer AnswerRepository(HostRequest request, string rest, HttpContext context)
    {
        if (rest == "items")
            return Items(context.Request.Query["scopePath"].ToString());
        var start = $"pullRequests/{PullRequest.Number}";
        if (!rest.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            return Error(404, "GitPullRequestNotFoundException", "TF401180: The requested pull request was not found.");
        var part = rest[start.Length..].TrimStart('/');
        if (request.Method != "GET" && !MayContributeToPullRequests)
            return Forbidden();
        return (request.Method, part) switch
        {
            ("GET", "") => HostAnswer.Json(200, Describe()),
            ("GET", "threads") => HostAnswer.Json(200, Listed(PullRequest.Comments.Select(DescribeThread))),
            ("POST", "threads") => Create(request),
            ("PATCH", _) when CommentPath().Match(part) is { Success: true } match => Edit(request, match),
            ("DELETE", _) when CommentPath().Match(part) is { Success: true } match => Delete(match),
            ("GET", "iterations") => HostAnswer.Json(200, Listed(PullRequest.Pushes.Select(Iteration))),
            ("GET", _) when part.EndsWith("/changes", StringComparison.Ordinal) => HostAnswer.Json(200, Changes(context)),
            ("POST", "statuses") => SetStatus(request),
            ("DELETE", _) when part.StartsWith("labels/", StringComparison.Ordinal) => PullRequest.Labels.Remove(part["labels/".Length..])
                ? new(204, "")
                : Error(404, "GitPullRequestLabelNotFoundException", "The label was not found."),
            ("GET", "attachments") => HostAnswer.Json(200, Listed(Attachments.Select(Attachment))),
            ("POST", _) when part.StartsWith("attachments/", StringComparison.Ordinal) => Attach(part["attachments/".Length..]),
            _ => Error(404, "VssResourceNotFoundException", "The resource was not found."),
        };
    }

    private JsonObject Describe()
    {
        var body = new JsonObject
        {
            ["pullRequestId"] = PullRequest.Number,
            ["title"] = PullRequest.Title,
            ["status"] = PullRequest.State switch
            {
                "open" => "active",
                "merged" => "completed",
                _ => "abandoned",
            },
            ["isDraft"] = PullRequest.IsDraft,
            ["sourceRefName"] = $"refs/heads/{PullRequest.Branch}",
            ["targetRefName"] = $"refs/heads/{PullRequest.Base}",
            ["lastMergeSourceCommit"] = new JsonObject { ["commitId"] = PullRequest.Head },
            ["labels"] = new JsonArray([.. PullRequest.Labels.Select(label => new JsonObject { ["name"] = label, ["active"] = true })]),
        };
        if (PullRequest.HeadRepository != CodeHostNames.Repository)
            body["forkSource"] = new JsonObject { ["name"] = $"refs/heads/{PullRequest.Branch}" };
        return body;
    }

    private static JsonObject DescribeThread(HostedComment comment) =>
        new()
        {
            ["id"] = comment.Thread,
            ["isDeleted"] = false,
            ["comments"] = new JsonArray(Describe(comment)),
        };

    private static JsonObject Describe(HostedComment comment) =>
        new()
        {
            ["id"] = comment.Id,
            ["content"] = comment.IsDeleted ? null : comment.Body,
            ["commentType"] = "text",
            ["isDeleted"] = comment.IsDeleted,
            ["author"] = new JsonObject { ["id"] = comment.AuthorId, ["displayName"] = comment.AuthorName },
            ["publishedDate"] = Show(comment.Written),
            ["lastContentUpdatedDate"] = Show(comment.Updated),
        };

    private JsonObject Iteration((string Commit, DateTimeOffset Time) push) =>
        new()
        {
            ["id"] = PullRequest.Pushes.IndexOf(push) + 1,
            ["createdDate"] = Show(push.Time),
            ["sourceRefCommit"] = new JsonObject { ["commitId"] = push.Commit },
        };

    private JsonObject Changes(HttpContext context)
    {
        var top = int.Parse(context.Request.Query["$top"].ToString(), CultureInfo.InvariantCulture);
        var skip = int.Parse(context.Request.Query["$skip"].ToString(), CultureInfo.InvariantCulture);
        var entries = PullRequest.Files.Skip(skip).Take(top).Select(Change);
        return new()
        {
            ["changeEntries"] = new JsonArray([.. entries]),
            ["nextSkip"] = skip + top < PullRequest.Files.Count ? skip + top : 0,
            ["nextTop"] = 0,
        };
    }

    private static JsonObject Change((string Path, string Status, string? Former) file)
    {
        var change = new JsonObject
        {
            ["changeType"] = file.Status switch
            {
                "added" => "add",
                "removed" => "delete",
                "renamed" => "rename",
                _ => "edit",
            },
            ["item"] = new JsonObject { ["path"] = $"/{file.Path}", ["gitObjectType"] = "blob" },
        };
        if (file.Former is not null)
            change["originalPath"] = $"/{file.Former}";
        return change;
    }

    private HostAnswer Create(HostRequest request)
    {
        var body = (string?)JsonNode.Parse(request.Body)?["comments"]?[0]?["content"] ?? "";
        var comment = Comment("Model Training Build Service (example)", body, CodeHostNames.BuildServiceId);
        return HostAnswer.Json(200, DescribeThread(comment));
    }

    private HostAnswer Edit(HostRequest request, Match match)
    {
        if (Find(match) is not { } comment)
            return NoComment();
        comment.Body = (string?)JsonNode.Parse(request.Body)?["content"] ?? "";
        comment.Updated = Now;
        return HostAnswer.Json(200, Describe(comment));
    }

    private HostAnswer Delete(Match match)
    {
        if (Find(match) is not { } comment)
            return NoComment();
        comment.IsDeleted = true;
        return new(200, "");
    }

    private HostedComment? Find(Match match)
    {
        var thread = long.Parse(match.Groups["thread"].Value, CultureInfo.InvariantCulture);
        return PullRequest.Comments.Find(one => one.Thread == thread && !one.IsDeleted);
    }

    private static HostAnswer NoComment() =>
        Error(404, "GitPullRequestCommentThreadNotFoundException", "TF401180: The requested comment was not found.");

    private HostAnswer SetStatus(HostRequest request)
    {
        var body = JsonNode.Parse(request.Body)!;
        var iteration = body["iterationId"]?.ToJsonString() ?? "";
        var context = body["context"]!;
        Statuses.Add(
            new(
                iteration,
                (string)body["state"]!,
                $"{(string?)context["genre"]}/{(string?)context["name"]}",
                (string?)body["description"] ?? "",
                (string?)body["targetUrl"]
            )
        );
        return HostAnswer.Json(200, new JsonObject { ["id"] = Statuses.Count });
    }

    private HostAnswer Items(string scope)
    {
        var folder = scope.Trim('/');
        var files = Contents.Where(path => path[..Math.Max(0, path.LastIndexOf('/'))] == folder).ToList();
        if (files.Count == 0)
            return Error(404, "GitItemNotFoundException", $"TF401174: The item '{scope}' could not be found in the repository.");
        JsonNode[] items =
        [
            new JsonObject
            {
                ["path"] = $"/{folder}",
                ["gitObjectType"] = "tree",
                ["isFolder"] = true,
            },
            .. files.Select(path => new JsonObject { ["path"] = $"/{path}", ["gitObjectType"] = "blob" }),
        ];
        return HostAnswer.Json(200, Listed(items));
    }

    private HostAnswer Attach(string name)
    {
        if (Attachments.Contains(name))
            return Error(409, "GitAttachmentAlreadyExistsException", "An attachment of this name exists.");
        Attachments.Add(name);
        return HostAnswer.Json(201, Attachment(name));
    }

    private static JsonNode Attachment(string name) =>
        new JsonObject
        {
            ["displayName"] = name,
            ["url"] = $"https://dev.azure.com/example/_apis/attachments/{Uri.EscapeDataString(name)}",
        };

    private HostAnswer Identities(string id)
    {
        if (!Contributors.TryGetValue(id, out var byGroup) && !Denied.Contains(id) && !id.StartsWith("aaaaaaaa", StringComparison.Ordinal))
            return HostAnswer.Json(200, Listed([]));
        var groups = byGroup ? new JsonArray("Microsoft.TeamFoundation.Identity;group-contributors") : new JsonArray();
        return HostAnswer.Json(
            200,
            Listed([
                new JsonObject
                {
                    ["id"] = id,
                    ["descriptor"] = Descriptor(id),
                    ["memberOf"] = groups,
                },
            ])
        );
    }

    private HostAnswer AccessControlLists(HttpContext context)
    {
        if (context.Request.Query["token"] != $"repoV2/{CodeHostNames.ProjectId}/{CodeHostNames.RepositoryId}")
            return HostAnswer.Json(200, Listed([]));
        var entries = new JsonObject();
        foreach (var descriptor in context.Request.Query["descriptors"].ToString().Split(','))
        {
            var isGroup = descriptor.EndsWith("group-contributors", StringComparison.Ordinal);
            var may = isGroup || Contributors.Any(pair => !pair.Value && Descriptor(pair.Key) == descriptor);
            var isDenied = Denied.Any(id => Descriptor(id) == descriptor);
            entries[descriptor] = new JsonObject
            {
                ["descriptor"] = descriptor,
                ["allow"] = 0,
                ["deny"] = 0,
                ["extendedInfo"] = new JsonObject
                {
                    ["effectiveAllow"] = may ? GenericRead | Contribute : GenericRead,
                    ["effectiveDeny"] = isDenied ? Contribute : 0,
                },
            };
        }

        return HostAnswer.Json(200, Listed([new JsonObject { ["inheritPermissions"] = true, ["acesDictionary"] = entries }]));
    }

    private static string Descriptor(string id) => $"Microsoft.IdentityModel.Claims.ClaimsIdentity;{id}";

    private static JsonObject Listed(IEnumerable<JsonNode> items)
    {
        var value = new JsonArray([.. items]);
        return new() { ["count"] = value.Count, ["value"] = value };
    }

    private static HostAnswer Forbidden() =>
        Error(
            403,
            "GitNeedsPermissionException",
            "TF401027: You need the Git 'PullRequestContribute' permission to perform this action. Details: identity "
                + "'Build\\bbbbbbbb', scope 'repository'."
        );

    private static HostAnswer Error(int status, string type, string message) =>
        HostAnswer.Json(status, new JsonObject { ["message"] = message, ["typeKey"] = type });

    [GeneratedRegex("^threads/(?<thread>[0-9]+)/comments/(?<comment>[0-9]+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CommentPath();
}
