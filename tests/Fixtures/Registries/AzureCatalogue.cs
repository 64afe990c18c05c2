using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Fixtures.Registries;

/// <summary>
/// Azure's own calls under <c>/acr/v1</c>, answered from the storage folder of a distribution registry, which has none of them.
/// </summary>
public sealed class AzureCatalogue(Func<DistributionRegistry> registry, Func<Uri> address, TokenService? tokens)
{
    // Tags that nobody may move or delete, as repository and tag.
    private readonly ConcurrentDictionary<(string Repository, string Tag), bool> locked = new();

    private string Repositories => Path.Combine(registry().StorageFolder, "docker/registry/v2/repositories");

    /// <summary>Returns whether a tag is locked.</summary>
    public bool IsLocked(string repository, string tag) => locked.ContainsKey((repository, tag));

    /// <summary>Refuses a request to move or delete what is locked.</summary>
    public static Task RefuseLockedAsync(HttpContext context) =>
        RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "UNSUPPORTED", "The operation is disallowed on this registry: locked");

    public void Map(WebApplication app) => app.Map("/acr/v1/{**path}", AnswerAsync);

    private async Task AnswerAsync(HttpContext context, string path)
    {
        if (path == "_catalog")
        {
            await WhenAllowedAsync(context, "registry:catalog:*", () =>
                PageAsync(context, path, RepositoryNames(), "repositories", name => (JsonNode)name, repository: null)
            );
            return;
        }

        var (name, list, item) = Split(path);
        var right =
            HttpMethods.IsDelete(context.Request.Method) ? "delete"
            : HttpMethods.IsPatch(context.Request.Method) ? "metadata_write"
            : "metadata_read";
        var scope = $"repository:{name}:{right}";
        await WhenAllowedAsync(context, scope, () => (context.Request.Method, list, item) switch
            {
                ("GET", "_tags", null) => PageAsync(context, path, TagsOf(context, name), "tags", tag => TagOf(name, tag), name),
                ("GET", "_tags", { } tag) => OneAsync(
                    context,
                    name,
                    "tag",
                    "TAG_UNKNOWN",
                    Directory.Exists(FolderOf(name, "tags", tag)) ? TagOf(name, tag) : null
                ),
                ("GET", "_manifests", null) => PageAsync(
                    context,
                    path,
                    Digests(name),
                    "manifests",
                    digest => ManifestOf(name, digest),
                    name
                ),
                ("GET", "_manifests", { } digest) => OneAsync(
                    context,
                    name,
                    "manifest",
                    "MANIFEST_UNKNOWN",
                    Digests(name).Contains(digest) ? ManifestOf(name, digest) : null
                ),
                ("PATCH", "_tags", { } tag) => ChangeAsync(context, name, tag),
                ("DELETE", "_tags", { } tag) when IsLocked(name, tag) => RefuseLockedAsync(context),
                ("DELETE", "_tags", { } tag) => DeleteAsync(context, FolderOf(name, "tags", tag)),
                ("DELETE", null, null) => DeleteAsync(context, Path.Combine(Repositories, name)),
                _ => RefuseAsync(context, StatusCodes.Status501NotImplemented, "UNSUPPORTED", "not answered by this front"),
            });
    }

    private async Task WhenAllowedAsync(HttpContext context, string scope, Func<Task> answer)
    {
        if (tokens is null || tokens.Allows(context.Request.Headers.Authorization, scope))
        {
            await answer();
            return;
        }

        context.Response.Headers.WWWAuthenticate =
            $"Bearer realm=\"{new Uri(address(), "/oauth2/token")}\",service=\"{tokens.Service}\",scope=\"{scope}\"";
        await RefuseAsync(context, StatusCodes.Status401Unauthorized, "UNAUTHORIZED", "authentication required");
    }

    // The next page is named in a Link header, relative to the registry.
    private async Task PageAsync(
        HttpContext context,
        string path,
        IEnumerable<string> all,
        string member,
        Func<string, JsonNode> read,
        string? repository
    )
    {
        var last = context.Request.Query["last"].FirstOrDefault();
        var size = int.TryParse(context.Request.Query["n"].FirstOrDefault(), out var wanted) ? wanted : 100;
        var left = all.Order(StringComparer.Ordinal).Where(item => last is null || string.CompareOrdinal(item, last) > 0).ToList();
        var page = left.Take(size).ToList();
        if (left.Count > size)
        {
            context.Response.Headers.Link = $"</acr/v1/{path}?last={Uri.EscapeDataString(page[^1])}&n={size}&orderby=>; rel=\"next\"";
        }

        var body = Around(repository);
        body[member] = new JsonArray([.. page.Select(read)]);
        await context.Response.WriteAsJsonAsync(body);
    }

    private async Task OneAsync(HttpContext context, string repository, string member, string unknown, JsonNode? found)
    {
        if (found is null)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, unknown, $"{member} is not known");
            return;
        }

        var body = Around(repository);
        body[member] = found;
        await context.Response.WriteAsJsonAsync(body);
    }

    private async Task ChangeAsync(HttpContext context, string name, string tag)
    {
        var change = await JsonNode.ParseAsync(context.Request.Body);
        if (!Directory.Exists(FolderOf(name, "tags", tag)))
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, "TAG_UNKNOWN", "tag is not known");
            return;
        }

        if ((bool?)change?["writeEnabled"] == false)
        {
            locked[(name, tag)] = true;
        }
        else
        {
            locked.TryRemove((name, tag), out _);
        }

        await OneAsync(context, name, "tag", "TAG_UNKNOWN", TagOf(name, tag));
    }

    private static Task DeleteAsync(HttpContext context, string folder)
    {
        if (!Directory.Exists(folder))
        {
            return RefuseAsync(context, StatusCodes.Status404NotFound, "NAME_UNKNOWN", "not known");
        }

        Directory.Delete(folder, recursive: true);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        return Task.CompletedTask;
    }

    private static Task RefuseAsync(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new JsonObject { ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = message }) }
        );
    }

    private JsonObject Around(string? repository) =>
        repository is null ? [] : new JsonObject { ["registry"] = address().Authority, ["imageName"] = repository };

    private JsonObject TagOf(string name, string tag)
    {
        var time = Directory.GetLastWriteTimeUtc(FolderOf(name, "tags", tag));
        return new JsonObject
        {
            ["name"] = tag,
            ["digest"] = DigestOf(name, tag),
            ["createdTime"] = time,
            ["lastUpdateTime"] = time,
            ["changeableAttributes"] = Attributes(!IsLocked(name, tag)),
        };
    }

    private JsonObject ManifestOf(string name, string digest)
    {
        var file = new FileInfo(registry().PathOfBlob(digest));
        return new JsonObject
        {
            ["digest"] = digest,
            ["imageSize"] = file.Length,
            ["createdTime"] = file.LastWriteTimeUtc,
            ["lastUpdateTime"] = file.LastWriteTimeUtc,
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["tags"] = new JsonArray([.. Tags(name).Where(tag => DigestOf(name, tag) == digest).Select(tag => (JsonNode)tag)]),
            ["changeableAttributes"] = Attributes(),
        };
    }

    private static JsonObject Attributes(bool canWrite = true) =>
        new()
        {
            ["deleteEnabled"] = true,
            ["writeEnabled"] = canWrite,
            ["listEnabled"] = true,
            ["readEnabled"] = true,
        };

    private IEnumerable<string> RepositoryNames() =>
        !Directory.Exists(Repositories)
            ? []
            : Directory
                .EnumerateDirectories(Repositories, "_manifests", SearchOption.AllDirectories)
                .Select(folder => Path.GetRelativePath(Repositories, Path.GetDirectoryName(folder)!).Replace('\\', '/'));

    // All tags, or those of one image when the request names its digest.
    private IEnumerable<string> TagsOf(HttpContext context, string name) =>
        Tags(name).Where(tag => context.Request.Query["digest"].FirstOrDefault() is not { } digest || DigestOf(name, tag) == digest);

    private List<string> Tags(string name) =>
        Directory.Exists(FolderOf(name, "tags"))
            ? [.. Directory.EnumerateDirectories(FolderOf(name, "tags")).Select(folder => Path.GetFileName(folder))]
            : [];

    private List<string> Digests(string name) =>
        Directory.Exists(FolderOf(name, "revisions", "sha256"))
            ?
            [
                .. Directory
                    .EnumerateDirectories(FolderOf(name, "revisions", "sha256"))
                    .Where(folder => File.Exists(Path.Combine(folder, "link")))
                    .Select(folder => $"sha256:{Path.GetFileName(folder)}"),
            ]
            : [];

    private string DigestOf(string name, string tag) => File.ReadAllText(Path.Combine(FolderOf(name, "tags", tag), "current/link"));

    private string FolderOf(string name, params ReadOnlySpan<string> parts) => Path.Combine([Repositories, name, "_manifests", .. parts]);

    private static (string Name, string? List, string? Item) Split(string path)
    {
        foreach (var list in new[] { "_tags", "_manifests" })
        {
            var at = path.IndexOf($"/{list}", StringComparison.Ordinal);
            if (at >= 0)
            {
                var rest = path[(at + list.Length + 1)..].TrimStart('/');
                return (path[..at], list, rest.Length == 0 ? null : rest);
            }
        }

        return (path, null, null);
    }
}
