using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.State;

/// <summary>
/// Stores resources of one kind, one JSON file per resource. Names are compared without regard to case. Bodies are copied in and out.
/// </summary>
internal sealed class ResourceFolder
{
    public static readonly JsonSerializerOptions FileFormat = new() { WriteIndented = true };

    private const string Extension = ".json";
    private const int LongestFile = 200;
    private readonly string folder;
    private readonly StateFolder state;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, ArmDocument> documents = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="folder">Absolute path of the folder.</param>
    /// <param name="state">The state folder, which learns of damaged files.</param>
    /// <param name="time">Clock of the resources.</param>
    /// <param name="fault">Says what is wrong with a stored resource; null for nothing, and when there is no such check.</param>
    public ResourceFolder(string folder, StateFolder state, TimeProvider time, Func<ArmDocument, string?>? fault = null)
    {
        (this.folder, this.state, this.time) = (folder, state, time);
        StateFile.CreateFolder(folder);
        StateFile.Sweep(folder);
        var damaged = new List<string>();
        foreach (var file in Directory.EnumerateFileSystemEntries(folder, "*" + Extension))
        {
            var (document, reason) = Read(file);
            reason ??= fault?.Invoke(document!);
            if (reason is null)
            {
                documents[document!.Name] = document;
                continue;
            }

            state.SetAside(
                file,
                Directory.Exists(file) ? "it is a folder" : reason,
                "The resource does not exist until it is created again."
            );
            damaged.Add(Path.GetFileNameWithoutExtension(file).Replace('~', '/'));
        }

        Damaged = damaged;
    }

    /// <summary>Gets the names, as far as the files' names tell, of the resources that could not be read.</summary>
    public IReadOnlyList<string> Damaged { get; }

    public ArmDocument? Find(string name)
    {
        lock (gate)
            return documents.TryGetValue(name, out var found) ? found with { Body = found.Body.Clone() } : null;
    }

    public IReadOnlyList<ArmDocument> List()
    {
        lock (gate)
            return [.. documents.Values.Select(document => document with { Body = document.Body.Clone() })];
    }

    /// <summary>Stores a resource. Its name keeps the letter case of the first PUT.</summary>
    /// <exception cref="IOException">It cannot be written; nothing has changed.</exception>
    public (ArmDocument Document, bool Created) Put(string name, JsonObject body)
    {
        lock (gate)
        {
            var (document, isNew) = Next(name, body);
            Write(document);
            documents[document.Name] = document;
            return (document with { Body = body.Clone() }, isNew);
        }
    }

    /// <summary>Stores a resource that nobody asked for, at once in memory and on disk when that is possible.</summary>
    public ArmDocument Keep(string name, JsonObject body)
    {
        lock (gate)
        {
            var (document, _) = Next(name, body);
            documents[document.Name] = document;
            state.Pending.Write(document, () => Write(document));
            return document with { Body = body.Clone() };
        }
    }

    public bool Delete(string name)
    {
        lock (gate)
        {
            if (!documents.Remove(name, out var document))
                return false;
            File.Delete(PathOf(document.Name));
            return true;
        }
    }

    private (ArmDocument Document, bool IsNew) Next(string name, JsonObject body)
    {
        var now = time.GetUtcNow();
        var existing = documents.GetValueOrDefault(name);
        return (new(existing?.Name ?? name, existing?.CreatedAt ?? now, now, body.Clone()), existing is null);
    }

    private void Write(ArmDocument document) =>
        StateFile.Write(
            PathOf(document.Name),
            new JsonObject
            {
                ["name"] = document.Name,
                ["createdAt"] = document.CreatedAt.ToString("O"),
                ["modifiedAt"] = document.ModifiedAt.ToString("O"),
                ["body"] = document.Body.Clone(),
            }.ToJsonString(FileFormat)
        );

    private (ArmDocument? Document, string? Fault) Read(string file)
    {
        try
        {
            var json = JsonNode.Parse(File.ReadAllText(file));
            if (
                json.Text("name") is not { } name
                || Moment(json, "createdAt") is not { } created
                || Moment(json, "modifiedAt") is not { } modified
                || json.Object("body") is not { } body
            )
            {
                return (null, "a member is missing");
            }

            // A duplicate member is found only when it is read.
            return Path.GetFileName(PathOf(name)) == Path.GetFileName(file)
                ? (new(name, created, modified, body.Clone()), null)
                : (null, $"it holds the resource '{name}'");
        }
        catch (Exception error) when (StateFolder.IsDamage(error))
        {
            return (null, error.Message);
        }
    }

    private static DateTimeOffset? Moment(JsonNode? json, string name) =>
        DateTimeOffset.TryParse(json.Text(name), CultureInfo.InvariantCulture, out var moment) ? moment : null;

    // Names hold letters, digits, dash, underscore and dot. The slash between an asset and its version becomes '~'. The name of a file
    // has at most 255 bytes, and a new one is written beside the old one under a longer name.
    private string PathOf(string name)
    {
        var file = name.Replace('/', '~');
        if (Encoding.UTF8.GetByteCount(file) > LongestFile)
            file = "~" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file.ToLowerInvariant())));
        return Path.Combine(folder, file + Extension);
    }
}
