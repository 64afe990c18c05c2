using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Core;
using CodeHosts.Facts;
using CodeHosts.Hosts;
using CodeHosts.Http;

namespace CodeHosts.AzureDevOps;

/// <summary>A repository in Azure Repos.</summary>
internal sealed class AzureHost(AzureRepository repository) : ICodeHost
{
    private const int PageSize = 1000;

    private readonly HostClient client = repository.Client;

    public int LongestComment => 150_000;

    public async Task<PullRequest> ReadPullRequestAsync(int number, CancellationToken cancellationToken)
    {
        var body = (await GetAsync(Pull(number), cancellationToken)).Body;
        var state = body.Text("status") switch
        {
            "active" => PullRequestState.Open,
            "completed" => PullRequestState.Merged,
            _ => PullRequestState.Closed,
        };
        var source = body.Find("forkSource") is null ? CodeSource.SameRepository : CodeSource.Fork;
        return new(number, state, source, Branch(body.Text("targetRefName")), body.Text("lastMergeSourceCommit", "commitId") ?? "")
        {
            IsDraft = body.IsTrue("isDraft"),
            Branch = Branch(body.Text("sourceRefName")),
            Labels = [.. body.Items("labels").Select(label => label.Text("name")).OfType<string>()],
        };
    }

    public Task<Permission> ReadPermissionAsync(string account, CancellationToken cancellationToken) =>
        ContributePermission.ReadAsync(repository, account, cancellationToken);

    public async Task<ChangedFiles> ReadChangedFilesAsync(int number, CancellationToken cancellationToken)
    {
        if (await ReadIterationsAsync(number, cancellationToken) is not [.., var last])
            return ChangedFiles.None;
        var files = new List<ChangedFile>();
        for (var skip = 0; ; skip += PageSize)
        {
            var path = $"{Pull(number, $"iterations/{last.Number("id")}/changes")}&$top={PageSize}&$skip={skip}&$compareTo=0";
            var page = (await GetAsync(path, cancellationToken)).Body;
            files.AddRange(
                page.Items("changeEntries").Where(entry => !entry.IsTrue("item", "isFolder")).Select(ReadChange).OfType<ChangedFile>()
            );
            if (page.Number("nextSkip") is not > 0)
                return new(files);
        }
    }

    public async Task<IReadOnlyList<string>> ListFilesAsync(string folder, string commit, CancellationToken cancellationToken)
    {
        var path =
            $"{repository.Path}/items?scopePath={Uri.EscapeDataString($"/{folder}")}&recursionLevel=OneLevel"
            + $"&versionDescriptor.versionType=commit&versionDescriptor.version={Uri.EscapeDataString(commit)}&{AzureRepository.Version}";
        var response = await client.SendAsync(RequestMethod.Get, path, body: null, [404], cancellationToken);
        return
        [
            .. response
                .Body.Items("value")
                .Where(item => item.Text("gitObjectType") == "blob" && !item.IsTrue("isSymLink"))
                .Select(item => item.Text("path")?.TrimStart('/'))
                .OfType<string>(),
        ];
    }

    public async Task<DateTimeOffset?> FindLastPushAsync(PullRequest pullRequest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pullRequest);
        return
            await ReadIterationsAsync(pullRequest.Number, cancellationToken) is [.., var last]
            && last.Text("sourceRefCommit", "commitId") == pullRequest.Head
            ? last.Time("createdDate")
            : null;
    }

    public async Task<IReadOnlyList<HostComment>> ListCommentsAsync(int number, CancellationToken cancellationToken)
    {
        var threads = (await GetAsync(Pull(number, "threads"), cancellationToken)).Body.Items("value");
        return
        [
            .. threads
                .Where(thread => !thread.IsTrue("isDeleted"))
                .SelectMany(thread => thread.Items("comments").Select(comment => (Thread: thread, Comment: comment)))
                .Where(pair => !pair.Comment.IsTrue("isDeleted") && pair.Comment.Text("commentType") != "system")
                .Select(pair => ReadComment(pair.Thread, pair.Comment))
                .OrderBy(comment => comment.Written)
                // Two of the same moment.
                .ThenBy(comment => long.Parse(comment.Id.Split('/')[0], CultureInfo.InvariantCulture)),
        ];
    }

    public async Task<string> ReadOwnIdAsync(CancellationToken cancellationToken)
    {
        var body = (await GetAsync("_apis/connectionData?api-version=7.1-preview.1", cancellationToken)).Body;
        return body.Text("authenticatedUser", "id")
            ?? throw new CodeHostException("Azure DevOps does not say whose token SYSTEM_ACCESSTOKEN is; it must be the job's token.");
    }

    public Task CreateCommentAsync(int number, string body, CancellationToken cancellationToken) =>
        client.SendAsync(
            RequestMethod.Post,
            Pull(number, "threads"),
            new JsonObject
            {
                ["comments"] = new JsonArray(
                    new JsonObject
                    {
                        ["parentCommentId"] = 0,
                        ["content"] = body,
                        ["commentType"] = 1,
                    }
                ),
                // Closed: an active thread can block the completion of the pull request.
                ["status"] = 4,
            },
            [],
            cancellationToken
        );

    public async Task<bool> UpdateCommentAsync(int number, HostComment comment, string body, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(comment);
        var content = new JsonObject { ["content"] = body };
        var response = await client.SendAsync(RequestMethod.Patch, Pull(number, PathOf(comment)), content, [404], cancellationToken);
        return response.Status != 404 && !response.Body.IsTrue("isDeleted");
    }

    public Task DeleteCommentAsync(int number, HostComment comment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(comment);
        return client.SendAsync(RequestMethod.Delete, Pull(number, PathOf(comment)), body: null, [404], cancellationToken);
    }

    public async Task SetStatusAsync(int number, string commit, VerdictStatus status, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(status);
        var body = new JsonObject
        {
            ["state"] = status.State switch
            {
                VerdictState.Pending => "pending",
                VerdictState.Success => "succeeded",
                VerdictState.Failure => "failed",
                _ => "error",
            },
            ["description"] = status.ShownDescription,
            ["context"] = new JsonObject { ["name"] = VerdictStatus.Name, ["genre"] = VerdictStatus.Genre },
        };
        if (status.ShownPage is { } page)
            body["targetUrl"] = page;
        // A status without an iteration belongs to the whole pull request, and would stay when something else is pushed.
        var iterations = await ReadIterationsAsync(number, cancellationToken);
        var iteration = iterations.LastOrDefault(candidate => candidate.Text("sourceRefCommit", "commitId") == commit);
        if (iteration.ValueKind == JsonValueKind.Object)
            body["iterationId"] = iteration.Number("id");
        await client.SendAsync(RequestMethod.Post, Pull(number, "statuses"), body, [], cancellationToken);
    }

    public Task RemoveLabelAsync(int number, string label, CancellationToken cancellationToken) =>
        client.SendAsync(RequestMethod.Delete, Pull(number, $"labels/{Uri.EscapeDataString(label)}"), body: null, [404], cancellationToken);

    public async Task<string?> UploadPictureAsync(int number, string name, byte[] content, CancellationToken cancellationToken)
    {
        // A name can be used once. The content decides it, so that an attachment with the same name is the same picture.
        var attachments = (await GetAsync(Pull(number, "attachments"), cancellationToken)).Body.Items("value");
        if (attachments.FirstOrDefault(item => item.Text("displayName") == name).Find("url") is { } known)
            return known.GetString();
        var path = Pull(number, $"attachments/{Uri.EscapeDataString(name)}");
        return (await client.SendAsync(RequestMethod.Post, path, content, [], cancellationToken)).Body.Text("url");
    }

    private async Task<IReadOnlyList<JsonElement>> ReadIterationsAsync(int number, CancellationToken cancellationToken) =>
        [.. (await GetAsync(Pull(number, "iterations"), cancellationToken)).Body.Items("value").OrderBy(item => item.Number("id"))];

    private Task<HostResponse> GetAsync(string path, CancellationToken cancellationToken) =>
        client.SendAsync(RequestMethod.Get, path, body: null, [], cancellationToken);

    private string Pull(int number, string? rest = null) =>
        $"{repository.Path}/pullRequests/{number}{(rest is null ? "" : $"/{rest}")}?{AzureRepository.Version}";

    private static string PathOf(HostComment comment) =>
        comment.Id.Split('/') is [var thread, var id] ? $"threads/{thread}/comments/{id}" : "";

    private static ChangedFile? ReadChange(JsonElement entry)
    {
        var former = (entry.Text("originalPath") ?? entry.Text("sourceServerItem"))?.TrimStart('/');
        var isRemoved = (entry.Text("changeType") ?? "").Contains("delete", StringComparison.OrdinalIgnoreCase);
        return entry.Text("item", "path")?.TrimStart('/') is { } path ? new(path, isRemoved, former)
            : former is not null ? new(former, IsRemoved: true)
            : null;
    }

    private static HostComment ReadComment(JsonElement thread, JsonElement comment) =>
        new(
            $"{thread.Number("id")}/{comment.Number("id")}",
            comment.Text("author", "id") ?? "",
            comment.Text("content") ?? "",
            comment.Time("publishedDate") ?? default
        )
        {
            AuthorName = comment.Text("author", "displayName") ?? "",
            IsEdited = comment.Time("lastContentUpdatedDate") > comment.Time("publishedDate"),
        };

    private static string Branch(string? reference)
    {
        const string Heads = "refs/heads/";
        return reference?.StartsWith(Heads, StringComparison.Ordinal) == true ? reference[Heads.Length..] : reference ?? "";
    }
}
