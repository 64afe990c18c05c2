using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Core;
using CodeHosts.Facts;
using CodeHosts.Hosts;
using CodeHosts.Http;

namespace CodeHosts.GitHub;

/// <summary>A repository on GitHub.</summary>
/// <param name="repository">The repository and its token.</param>
/// <param name="author">The login of the account whose token is used; null: GitHub names it.</param>
internal sealed class GitHubHost(GitHubRepository repository, string? author) : ICodeHost
{
    /// <summary>GitHub lists no more changed files of a pull request.</summary>
    private const int MostFiles = 3000;

    private const string ActionsLogin = "github-actions[bot]";

    private readonly HostClient client = repository.Client;

    public int LongestComment => 65_536;

    public async Task<PullRequest> ReadPullRequestAsync(int number, CancellationToken cancellationToken)
    {
        var body = (await GetAsync($"{repository.Path}/pulls/{number}", cancellationToken)).Body;
        return ReadPullRequest(body, number);
    }

    public async Task<Permission> ReadPermissionAsync(string account, CancellationToken cancellationToken)
    {
        var path = $"{repository.Path}/collaborators/{Uri.EscapeDataString(account)}/permission";
        var response = await client.SendAsync(RequestMethod.Get, path, body: null, [404], cancellationToken);
        if (response.Status == 404)
            return Permission.None;
        // A custom role has its own name. Its permission names the standard role that it amounts to.
        return response.Body.Text("role_name") switch
        {
            "maintain" => Permission.Maintain,
            "triage" => Permission.Triage,
            _ => response.Body.Text("permission") switch
            {
                "admin" => Permission.Admin,
                "write" => Permission.Write,
                "read" => Permission.Read,
                _ => Permission.None,
            },
        };
    }

    public async Task<ChangedFiles> ReadChangedFilesAsync(int number, CancellationToken cancellationToken)
    {
        var files = new List<ChangedFile>();
        await foreach (var file in client.ReadPagesAsync($"{repository.Path}/pulls/{number}/files?per_page=100", cancellationToken))
        {
            if (file.Text("filename") is { } path)
                files.Add(new(path, file.Text("status") == "removed", file.Text("previous_filename")));
        }

        return new(files, files.Count < MostFiles);
    }

    public async Task<IReadOnlyList<string>> ListFilesAsync(string folder, string commit, CancellationToken cancellationToken)
    {
        var escaped = string.Join('/', folder.Split('/').Select(Uri.EscapeDataString));
        var path = $"{repository.Path}/contents/{escaped}?ref={Uri.EscapeDataString(commit)}";
        var response = await client.SendAsync(RequestMethod.Get, path, body: null, [404], cancellationToken);
        // A link or a submodule is not a file of this commit.
        return [.. response.Body.Items().Where(item => item.Text("type") == "file").Select(item => item.Text("path")).OfType<string>()];
    }

    public async Task<DateTimeOffset?> FindLastPushAsync(PullRequest pullRequest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pullRequest);
        var path = $"{repository.Path}/activity?ref={Uri.EscapeDataString($"refs/heads/{pullRequest.Branch}")}&per_page=1";
        var response = await client.SendAsync(RequestMethod.Get, path, body: null, [403, 404], cancellationToken);
        var last = response.Body.Items().FirstOrDefault();
        return last.ValueKind == JsonValueKind.Object && last.Text("after") == pullRequest.Head ? last.Time("timestamp") : null;
    }

    public async Task<IReadOnlyList<HostComment>> ListCommentsAsync(int number, CancellationToken cancellationToken)
    {
        var comments = new List<HostComment>();
        await foreach (var item in client.ReadPagesAsync($"{repository.Path}/issues/{number}/comments?per_page=100", cancellationToken))
        {
            comments.Add(
                new($"{item.Number("id")}", $"{item.Number("user", "id")}", item.Text("body") ?? "", item.Time("created_at") ?? default)
                {
                    AuthorName = item.Text("user", "login") ?? "",
                    IsEdited = item.Time("updated_at") != item.Time("created_at"),
                }
            );
        }

        return comments;
    }

    /// <remarks>The token of a job is that of an app, which may not read its own account: GitHub returns 403.</remarks>
    public async Task<string> ReadOwnIdAsync(CancellationToken cancellationToken)
    {
        if (author is null)
        {
            var own = await client.SendAsync(RequestMethod.Get, "user", body: null, [403], cancellationToken);
            if (own.Status != 403 && own.Body.Number("id") is { } id)
                return $"{id}";
        }

        var account = await GetAsync($"users/{Uri.EscapeDataString(author ?? ActionsLogin)}", cancellationToken);
        return $"{account.Body.Number("id")}";
    }

    public Task CreateCommentAsync(int number, string body, CancellationToken cancellationToken) =>
        client.SendAsync(
            RequestMethod.Post,
            $"{repository.Path}/issues/{number}/comments",
            new JsonObject { ["body"] = body },
            [],
            cancellationToken
        );

    public async Task<bool> UpdateCommentAsync(int number, HostComment comment, string body, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(comment);
        var path = $"{repository.Path}/issues/comments/{comment.Id}";
        var response = await client.SendAsync(RequestMethod.Patch, path, new JsonObject { ["body"] = body }, [404, 410], cancellationToken);
        return response.Status is not (404 or 410);
    }

    public Task DeleteCommentAsync(int number, HostComment comment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(comment);
        var path = $"{repository.Path}/issues/comments/{comment.Id}";
        return client.SendAsync(RequestMethod.Delete, path, body: null, [404, 410], cancellationToken);
    }

    public Task SetStatusAsync(int number, string commit, VerdictStatus status, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(status);
        var body = new JsonObject
        {
            ["state"] = status.State.ToString().ToLowerInvariant(),
            ["context"] = $"{VerdictStatus.Genre}/{VerdictStatus.Name}",
            ["description"] = status.ShownDescription,
        };
        if (status.ShownPage is { } page)
            body["target_url"] = page;
        var path = $"{repository.Path}/statuses/{Uri.EscapeDataString(commit)}";
        return client.SendAsync(RequestMethod.Post, path, body, [], cancellationToken);
    }

    public Task RemoveLabelAsync(int number, string label, CancellationToken cancellationToken) =>
        client.SendAsync(
            RequestMethod.Delete,
            $"{repository.Path}/issues/{number}/labels/{Uri.EscapeDataString(label)}",
            body: null,
            [404],
            cancellationToken
        );

    public Task<string?> UploadPictureAsync(int number, string name, byte[] content, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(null);

    private Task<HostResponse> GetAsync(string path, CancellationToken cancellationToken) =>
        client.SendAsync(RequestMethod.Get, path, body: null, [], cancellationToken);

    private PullRequest ReadPullRequest(JsonElement body, int number)
    {
        var source =
            body.Find("head", "repo") is not { } repo ? CodeSource.DeletedFork
            : string.Equals(repo.Text("full_name"), repository.FullName, StringComparison.OrdinalIgnoreCase) ? CodeSource.SameRepository
            : CodeSource.Fork;
        var state =
            body.IsTrue("merged") ? PullRequestState.Merged
            : body.Text("state") == "open" ? PullRequestState.Open
            : PullRequestState.Closed;
        return new(number, state, source, body.Text("base", "ref") ?? "", body.Text("head", "sha") ?? "")
        {
            IsDraft = body.IsTrue("draft"),
            Branch = body.Text("head", "ref") ?? "",
            Labels = [.. body.Items("labels").Select(label => label.Text("name")).OfType<string>()],
        };
    }
}
