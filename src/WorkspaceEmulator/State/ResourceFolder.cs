using System.Text.Json;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.State;

/// <summary>
/// Stores resources of one kind, one JSON file per resource. Names are compared without regard to case. Bodies are copied in and out.
/// </summary>
internal sealed class ResourceFolder
{
    private readonly string folder;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, ArmDocument> documents = new(StringComparer.OrdinalIgnoreCase);

    public ResourceFolder(string folder, TimeProvider time)
    {
        (this.folder, this.time) = (folder, time);
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(folder, "*.json"))
        {
            var json = JsonNode.Parse(File.ReadAllText(file))!;
            var name = json.Text("name")!;
            documents[name] = new(name, Moment(json, "createdAt"), Moment(json, "modifiedAt"), json.Object("body")!);
        }
    }

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
    public (ArmDocument Document, bool Created) Put(string name, JsonObject body)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            var existing = documents.GetValueOrDefault(name);
            var document = new ArmDocument(existing?.Name ?? name, existing?.CreatedAt ?? now, now, body.Clone());
            var file = new JsonObject
            {
                ["name"] = document.Name,
                ["createdAt"] = document.CreatedAt.ToString("O"),
                ["modifiedAt"] = document.ModifiedAt.ToString("O"),
                ["body"] = body.Clone(),
            };
            StateFolder.Write(PathOf(document.Name), file.ToJsonString(FileFormat));
            documents[document.Name] = document;
            return (document with { Body = body.Clone() }, existing is null);
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

    public static readonly JsonSerializerOptions FileFormat = new() { WriteIndented = true };

    private static DateTimeOffset Moment(JsonNode json, string name) => DateTimeOffset.Parse(json.Text(name)!);

    // Names hold letters, digits, dash, underscore and dot. The slash between an asset and its version becomes '~'.
    private string PathOf(string name) => Path.Combine(folder, $"{name.Replace('/', '~')}.json");
}
