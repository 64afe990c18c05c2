using System.Text.Json.Nodes;
using Studio.Runs;

namespace Studio.Queries;

/// <summary>Finds what changed in a store since the last look.</summary>
internal sealed class Changes
{
    private readonly Dictionary<string, Seen> seen = new(StringComparer.Ordinal);

    /// <summary>Looks at the store for the first time: nothing of it is a change.</summary>
    public Changes(IRunStore store)
    {
        foreach (var run in store.List())
            seen[run.Name] = Look(run);
    }

    /// <summary>Returns what changed, as events with their data, and remembers it.</summary>
    public IEnumerable<(string Kind, JsonObject Data)> Next(IRunStore store, DateTimeOffset now)
    {
        var runs = store.List();
        var gone = seen.Keys.Except(runs.Select(run => run.Name), StringComparer.Ordinal).ToList();
        foreach (var name in gone)
            seen.Remove(name);
        if (gone.Count > 0)
            yield return ("reset", []); // The page loads again what it shows.
        foreach (var run in runs)
        {
            var name = run.Name;
            var known = seen.GetValueOrDefault(name);
            if (known is { HasEnded: true } && known.Revision == run.Revision)
                continue;
            var current = Look(run);
            seen[name] = current;
            var metrics = known?.Metrics == current.Metrics ? [] : run.LatestMetrics();
            // The list of names is part of the job: the page learns of new curves by it.
            current.Names = metrics.Count == 0 ? known?.Names ?? 0 : metrics.Count;
            if (known?.Revision != current.Revision || known.Names != current.Names)
                yield return ("job", JobQuery.Summary(run, now));
            if (metrics.Count > 0)
            {
                yield return (
                    "metrics",
                    new()
                    {
                        ["job"] = name,
                        ["names"] = Json.Of(metrics.Select(JsonNode? (metric) => metric.Name)),
                        ["step"] = metrics.Max(metric => metric.Step),
                    }
                );
            }

            if ((known?.Log ?? 0) != current.Log)
                yield return ("log", new() { ["job"] = name, ["bytes"] = current.Log });
        }
    }

    private static Seen Look(IStudioRun run) => new(run.Revision, run.HasEnded, run.MetricCount, run.LogBytes) { Names = -1 };

    private sealed record Seen(string Revision, bool HasEnded, long Metrics, long Log)
    {
        public int Names { get; set; }
    }
}
