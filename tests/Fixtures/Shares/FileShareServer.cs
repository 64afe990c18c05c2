using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;
using Fixtures.Network;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Fixtures.Shares;

/// <summary>
/// A storage account with one file share, in memory, on a loopback port. It serves what the project requests of Azure Files: listings in
/// pages, properties, whole and partial files, folders, and files that are written in ranges and renamed. Anything else is 501.
/// </summary>
/// <remarks>Source: <see href="https://learn.microsoft.com/rest/api/storageservices/file-service-rest-api"/>.</remarks>
public sealed class FileShareServer : IAsyncDisposable
{
    public const string Account = "sharedpictures";

    /// <summary>The key of the account. Tests search every output for it.</summary>
    public const string Key = "cGxhbnRlZC1zaGFyZS1rZXktcGxhbnRlZC1zaGFyZS1rZXktcGxhbnRlZC1zaGFyZS1rZXk=";

    /// <summary>The share that exists.</summary>
    public const string Share = "train";

    /// <summary>The most bytes of one Put Range.</summary>
    private const int RangeBytes = 4 << 20;

    private readonly ShareSignature signature = new(Account, Key, Share);

    // A share keeps the case of a name and finds it in any.
    private readonly SortedDictionary<string, Entry> entries = new(StringComparer.OrdinalIgnoreCase);
    private LoopbackServer? server;
    private int version;

    /// <summary>The most entries of one page of a listing; the service's own limit is 5,000.</summary>
    public int PageSize { get; set; } = 5000;

    /// <summary>Requests as <c>GET /road/images?comp=list</c>: method, path in the share and <c>comp</c>.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The address of the account, for ENDPOINT of a datastore.</summary>
    public string Endpoint => $"http://127.0.0.1:{server!.Address.Port}/{Account}";

    public static async Task<FileShareServer> StartAsync(CancellationToken cancellationToken)
    {
        var share = new FileShareServer();
        share.server = await LoopbackServer.StartAsync(isHttps: false, app => app.Run(share.AnswerAsync), cancellationToken);
        return share;
    }

    public ValueTask DisposeAsync() => server!.DisposeAsync();

    /// <summary>Writes a file as a mounted share does, by default without Content-MD5, and creates its folders.</summary>
    public void Write(string path, byte[] content, bool hasMd5 = false)
    {
        lock (entries)
        {
            for (var end = path.IndexOf('/', StringComparison.Ordinal); end > 0; end = path.IndexOf('/', end + 1))
                entries.TryAdd(path[..end], NewFolder());
            entries[path] = new(content, hasMd5 ? Md5(content) : null, NextTag());
        }
    }

    /// <summary>Writes every file of a local folder as <see cref="Write"/> does.</summary>
    public void WriteFolder(string folder, bool hasMd5 = false)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            Write(Path.GetRelativePath(folder, file).Replace('\\', '/'), File.ReadAllBytes(file), hasMd5);
    }

    /// <summary>Returns the content of a file and its Content-MD5; null when there is no such file.</summary>
    public (byte[] Content, byte[]? Md5)? Find(string path)
    {
        lock (entries)
            return entries.TryGetValue(path, out var entry) && entry.Content is { } content ? (content, entry.Md5) : null;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        using var sent = new MemoryStream();
        await request.Body.CopyToAsync(sent, context.RequestAborted);
        var (share, path) = Split(request.Path.Value!);
        var comp = request.Query["comp"].ToString();
        Requests.Enqueue($"{request.Method} /{path}{(comp.Length == 0 ? "" : $"?comp={comp}")}");
        var isFolder = request.Query["restype"] == "directory";
        var (permission, answer) = (request.Method, isFolder, comp) switch
        {
            ("GET", true, "list") => ('l', () => List(request, path)),
            ("GET", false, "") => ('r', () => Read(request, path)),
            ("HEAD", false, "") => ('r', () => ReadProperties(path)),
            ("PUT", true, "") => ('c', () => CreateFolder(path)),
            ("PUT", false, "") => ('c', () => Create(request, path)),
            ("PUT", false, "range") => ('w', () => WriteRange(request, path, sent.ToArray())),
            ("PUT", false, "rename") => ('w', () => Rename(request, path)),
            _ => ('-', (Func<Answer>?)null),
        };
        await SendAsync(context, Decide());

        Answer Decide()
        {
            if (answer is null)
                return Error(501, "NotImplemented");
            if (signature.Refuse(request, permission) is { } refusal)
                return Error(refusal.Status, refusal.Code);
            if (share != Share)
                return Error(404, "ShareNotFound");
            lock (entries)
                return answer();
        }
    }

    // /{account}/{share}/{path}
    private static (string Share, string Path) Split(string path) =>
        path.Split('/', 4) switch
        {
            [_, _, var share, var rest] => (share, rest),
            [_, _, var share] => (share, ""),
            _ => ("", ""),
        };

    private Answer List(HttpRequest request, string folder)
    {
        if (folder.Length > 0 && FindMissing(folder, isFolder: true) is { } missing)
            return missing;
        var start = folder.Length == 0 ? "" : folder + "/";
        var marker = request.Query["marker"].ToString();
        var page = int.TryParse(request.Query["maxresults"], CultureInfo.InvariantCulture, out var most)
            ? Math.Min(most, PageSize)
            : PageSize;
        var children = entries
            .Where(pair => pair.Key.StartsWith(start, StringComparison.OrdinalIgnoreCase) && !pair.Key[start.Length..].Contains('/'))
            .Select(pair => (Name: pair.Key[start.Length..], Entry: pair.Value))
            .SkipWhile(child => marker.Length > 0 && StringComparer.OrdinalIgnoreCase.Compare(child.Name, marker) < 0)
            .Take(page + 1)
            .ToList();
        var hasTags = request.Query["include"].ToString().Split(',').Contains("ETag", StringComparer.OrdinalIgnoreCase);
        var listing = new XElement(
            "EnumerationResults",
            new XAttribute("ServiceEndpoint", Endpoint + "/"),
            new XAttribute("ShareName", Share),
            new XAttribute("DirectoryPath", folder),
            marker.Length > 0 ? new XElement("Marker", marker) : null,
            new XElement("Entries", children.Take(page).Select(child => Describe(child.Name, child.Entry, hasTags))),
            new XElement("NextMarker", children.Count > page ? children[page].Name : "")
        );
        return new(200, System.Text.Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"utf-8\"?>" + listing), "application/xml");
    }

    private static XElement Describe(string name, Entry entry, bool hasTags) =>
        new(
            entry.Content is null ? "Directory" : "File",
            new XElement("Name", name),
            new XElement(
                "Properties",
                entry.Content is null ? null : new XElement("Content-Length", entry.Content.Length),
                hasTags ? new XElement("Etag", entry.Tag) : null
            )
        );

    private Answer Read(HttpRequest request, string path)
    {
        if (FindMissing(path, isFolder: false) is { } missing)
            return missing;
        var file = entries[path];
        var content = file.Content!;
        var md5 = file.Md5 is null ? null : Convert.ToBase64String(file.Md5);
        if (Range(request) is not var (first, last))
            return new(200, content, "application/octet-stream", [.. Facts(file), .. Optional("Content-MD5", md5)]);
        if (first >= content.Length)
            return Error(416, "InvalidRange");
        last = Math.Min(last, content.Length - 1);
        return new(
            206,
            content[(int)first..((int)last + 1)],
            "application/octet-stream",
            [
                .. Facts(file),
                ("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{last}/{content.Length}")),
                .. Optional("x-ms-content-md5", md5),
            ]
        );
    }

    private Answer ReadProperties(string path)
    {
        if (FindMissing(path, isFolder: false) is { } missing)
            return missing;
        var file = entries[path];
        var md5 = file.Md5 is null ? null : Convert.ToBase64String(file.Md5);
        return new(200, file.Content!, "application/octet-stream", [.. Facts(file), .. Optional("Content-MD5", md5)]);
    }

    private Answer CreateFolder(string path)
    {
        if (!HasParent(path))
            return Error(404, "ParentNotFound");
        return entries.TryAdd(path, NewFolder()) ? new(201, [], "", Facts(entries[path])) : Error(409, "ResourceAlreadyExists");
    }

    private Answer Create(HttpRequest request, string path)
    {
        if (!HasParent(path))
            return Error(404, "ParentNotFound");
        if (entries.TryGetValue(path, out var there) && there.Content is null)
            return Error(409, "ResourceTypeMismatch");
        if (request.Headers["x-ms-type"] != "file")
            return Error(400, "InvalidHeaderValue");
        var length = int.Parse(request.Headers["x-ms-content-length"].ToString(), CultureInfo.InvariantCulture);
        var md5 = request.Headers["x-ms-content-md5"].ToString();
        entries[path] = new(new byte[length], md5.Length == 0 ? null : Convert.FromBase64String(md5), NextTag());
        return new(201, [], "", Facts(entries[path]));
    }

    private Answer WriteRange(HttpRequest request, string path, byte[] bytes)
    {
        if (FindMissing(path, isFolder: false) is { } missing)
            return missing;
        var file = entries[path];
        if (request.Headers["x-ms-write"] != "update")
            return Error(501, "NotImplemented");
        if (Range(request) is not var (first, last) || last >= file.Content!.Length || last - first + 1 != bytes.Length)
            return Error(416, "InvalidRange");
        if (bytes.Length > RangeBytes)
            return Error(413, "RequestBodyTooLarge");
        bytes.CopyTo(file.Content, first);
        entries[path] = file with { Tag = NextTag() };
        return new(201, [], "", Facts(entries[path]));
    }

    // PUT of the new name; the header names the old one, with its whole address.
    private Answer Rename(HttpRequest request, string path)
    {
        var source = Split(Uri.UnescapeDataString(new Uri(request.Headers["x-ms-file-rename-source"].ToString()).AbsolutePath)).Path;
        if (FindMissing(source, isFolder: false) is { } missing)
            return missing;
        if (!HasParent(path))
            return Error(404, "ParentNotFound");
        if (entries.ContainsKey(path) && request.Headers["x-ms-file-rename-replace-if-exists"] != "true")
            return Error(409, "ResourceAlreadyExists");
        entries.Remove(source, out var file);
        entries[path] = file! with { Tag = NextTag() };
        return new(200, [], "", Facts(entries[path]));
    }

    private Answer? FindMissing(string path, bool isFolder) =>
        !HasParent(path) ? Error(404, "ParentNotFound")
        : !entries.TryGetValue(path, out var entry) ? Error(404, "ResourceNotFound")
        : entry.Content is null != isFolder ? Error(409, "ResourceTypeMismatch")
        : null;

    private bool HasParent(string path) =>
        path.LastIndexOf('/') is var end && (end < 0 || (entries.TryGetValue(path[..end], out var parent) && parent.Content is null));

    private static (long First, long Last)? Range(HttpRequest request)
    {
        var text = request.Headers["x-ms-range"] is [{ } own] ? own : request.Headers.Range.ToString();
        if (text.Length == 0)
            return null;
        var ends = text["bytes=".Length..].Split('-');
        return (
            long.Parse(ends[0], CultureInfo.InvariantCulture),
            ends[1].Length == 0 ? long.MaxValue : long.Parse(ends[1], CultureInfo.InvariantCulture)
        );
    }

    private Entry NewFolder() => new(Content: null, Md5: null, NextTag());

    private string NextTag() => string.Create(CultureInfo.InvariantCulture, $"\"0x8D{++version:X12}\"");

    private static (string Name, string Value)[] Facts(Entry entry) =>
        [
            ("ETag", entry.Tag),
            ("Last-Modified", "Wed, 01 Jan 2025 00:00:00 GMT"),
            ("x-ms-type", entry.Content is null ? "Directory" : "File"),
            ("x-ms-request-server-encrypted", "true"),
            ("x-ms-file-permission-key", "1*1"),
            ("x-ms-file-attributes", entry.Content is null ? "Directory" : "Archive"),
            ("x-ms-file-creation-time", "2025-01-01T00:00:00.0000000Z"),
            ("x-ms-file-last-write-time", "2025-01-01T00:00:00.0000000Z"),
            ("x-ms-file-change-time", "2025-01-01T00:00:00.0000000Z"),
            ("x-ms-file-id", "1"),
            ("x-ms-file-parent-id", "0"),
        ];

    private static (string Name, string Value)[] Optional(string name, string? value) => value is null ? [] : [(name, value)];

    private static Answer Error(int status, string code) =>
        new(
            status,
            System.Text.Encoding.UTF8.GetBytes(
                $"<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>The share's own words.</Message></Error>"
            ),
            "application/xml",
            [("x-ms-error-code", code)]
        );

    private static async Task SendAsync(HttpContext context, Answer answer)
    {
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            context.Response.Headers[name] = value;
        if (answer.ContentType.Length > 0)
            context.Response.ContentType = answer.ContentType;
        context.Response.ContentLength = answer.Body.Length;
        if (context.Request.Method != "HEAD")
            await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }

#pragma warning disable CA5351 // The service keeps MD5.
    private static byte[] Md5(byte[] content) => MD5.HashData(content);
#pragma warning restore CA5351

    /// <summary>A file, or a folder, which has no content.</summary>
    private sealed record Entry(byte[]? Content, byte[]? Md5, string Tag);

    private sealed record Answer(int Status, byte[] Body, string ContentType, params (string Name, string Value)[] Headers);
}
