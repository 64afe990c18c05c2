using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Faults;

/// <summary>The fault script in force and how far it has come. Which request or job a rule strikes is decided for one at a time.</summary>
internal sealed class ActiveFaults
{
    private readonly Lock gate = new();
    private volatile ActiveRule[] rules;

    public ActiveFaults(FaultScript script) => rules = Activate(script);

    /// <summary>Rules of the script, also those that have no effect left.</summary>
    public int RuleCount => rules.Length;

    /// <summary>Puts a script in force in the place of the one before, from its beginning.</summary>
    public void Replace(FaultScript script)
    {
        lock (gate)
            rules = Activate(script);
    }

    /// <summary>The rules as they were written, each with how often it has struck.</summary>
    public JsonObject Render()
    {
        lock (gate)
        {
            return new JsonObject
            {
                ["rules"] = rules
                    .Select(active =>
                    {
                        var rule = active.Rule.Source.Clone();
                        rule["struck"] = active.Struck;
                        return (JsonNode)rule;
                    })
                    .ToJsonArray(),
            };
        }
    }

    /// <summary>What happens to a request: the first rule that is for it and has an effect left decides; rules of delay alone add theirs.</summary>
    public (TimeSpan Delay, FaultEffect? Effect) Strike(HttpRequest request)
    {
        var delay = TimeSpan.Zero;
        if (rules.Length == 0)
            return (delay, null);
        lock (gate)
        {
            foreach (var active in rules)
            {
                if (!active.Rule.IsFor(request) || !active.TryStrike())
                    continue;
                delay += active.Rule.Delay;
                if (active.Rule.Effect is { } effect)
                    return (delay, effect);
            }
        }

        return (delay, null);
    }

    /// <summary>Whether a rule about a job strikes now.</summary>
    /// <param name="job">The job's name.</param>
    /// <param name="isReached">Whether the job has come to where an effect is due.</param>
    /// <param name="over">Rules that let this attempt of the job pass; one that does so now is added.</param>
    public bool TryStrike(string job, Predicate<FaultEffect> isReached, ISet<FaultRule> over)
    {
        if (rules.Length == 0)
            return false;
        lock (gate)
        {
            foreach (var active in rules)
            {
                var rule = active.Rule;
                if (rule.Job?.IsMatch(job) != true || rule.Effect is null || over.Contains(rule) || !isReached(rule.Effect))
                    continue;
                if (active.TryStrike())
                    return true;
                over.Add(rule);
            }
        }

        return false;
    }

    /// <summary>Whether a rule rotates the log of a job.</summary>
    public bool RotatesLogOf(string job) => rules.Any(active => active.Rule is { Effect: LogRotation, Job: { } jobs } && jobs.IsMatch(job));

    private static ActiveRule[] Activate(FaultScript script) => [.. script.Rules.Select(rule => new ActiveRule(rule))];

    private sealed class ActiveRule(FaultRule rule)
    {
        private int skipped;

        public FaultRule Rule => rule;
        public int Struck { get; private set; }

        public bool TryStrike()
        {
            if (Struck == rule.Count)
                return false;
            if (skipped < rule.Skip)
            {
                skipped++;
                return false;
            }

            Struck++;
            return true;
        }
    }
}
