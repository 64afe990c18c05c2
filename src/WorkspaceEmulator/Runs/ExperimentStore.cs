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

    public Experiment? Find(string id) => List().FirstOrDefault(experiment => experiment.Id == id);

    public IReadOnlyList<Experiment> List() =>
        [.. documents.List().Select(document => new Experiment(document.Name, document.Body.Text("name")!, document.CreatedAt))];

    public Experiment GetOrCreate(string name)
    {
        lock (gate)
        {
            if (FindByName(name) is { } existing)
                return existing;
            var document = documents.Keep(Guid.NewGuid().ToString(), new() { ["name"] = name });
            return new(document.Name, name, document.CreatedAt);
        }
    }
}
