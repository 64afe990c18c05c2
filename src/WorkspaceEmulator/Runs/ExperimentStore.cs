using System.Text.Json.Nodes;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Runs;

/// <summary>Stores the experiments of a workspace by id. A run creates its experiment when it does not exist.</summary>
internal sealed class ExperimentStore(string folder, StateFolder state, TimeProvider time)
{
    private readonly ResourceFolder documents = new(folder, state, time, document =>
        document.Body.Text("name") is null ? "its name is missing" : null
    );
    private readonly Lock gate = new();

    public Experiment? FindByName(string name) => List().FirstOrDefault(experiment => experiment.Name == name);

    public Experiment? Find(string id) => documents.Find(id) is { } document ? Of(document) : null;

    public IReadOnlyList<Experiment> List() => [.. documents.List().Select(Of)];

    public Experiment GetOrCreate(string name) => GetOrCreate(name, []).Experiment;

    /// <summary>Finds the experiment of a name, or creates it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tags">Tags of a new one.</param>
    /// <returns>The experiment, and whether it is new.</returns>
    public (Experiment Experiment, bool IsNew) GetOrCreate(string name, IEnumerable<KeyValuePair<string, string>> tags)
    {
        lock (gate)
        {
            if (FindByName(name) is { } existing)
                return (existing, false);
            return (Of(documents.Keep(Guid.NewGuid().ToString(), new() { ["name"] = name, ["tags"] = tags.ToJson() })), true);
        }
    }

    /// <summary>Changes an experiment.</summary>
    /// <returns>Whether it exists.</returns>
    public bool Update(string id, Func<Experiment, Experiment> change)
    {
        lock (gate)
        {
            if (Find(id) is not { } existing)
                return false;
            var changed = change(existing);
            var body = new JsonObject { ["name"] = changed.Name, ["tags"] = changed.Tags.ToJson() };
            if (changed.IsDeleted)
                body["isDeleted"] = true;
            documents.Keep(existing.Id, body);
            return true;
        }
    }

    private static Experiment Of(ArmDocument document) =>
        new(
            document.Name,
            document.Body.Text("name")!,
            document.CreatedAt,
            document.ModifiedAt,
            document.Body.Flag("isDeleted"),
            document.Body.Texts("tags")
        );
}
