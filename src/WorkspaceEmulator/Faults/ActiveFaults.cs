using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Faults;

/// <summary>Holds the active fault script and how often each rule has struck. Requests and jobs are decided one at a time.</summary>
internal sealed class ActiveFaults
{
    private readonly Lock gate = new();
    private volatile ActiveRule[] rules;

    /// <summary>Activates a script.</summary>
    public ActiveFaults(FaultScript script) => rules = Activate(script);

    /// <summary>Gets the number of rules, including those that are used up.</summary>
    public int RuleCount => rules.Length;

    /// <summary>Replaces the script and starts it from the beginning.</summary>
    public void Replace(FaultScript script)
    {
        lock (gate)
            rules = Activate(script);
    }

    /// <summary>Returns the rules as they were written, each with how often it has struck.</summary>
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

    /// <summary>
    /// Decides what happens to a request: the first matching rule that is not used up decides, and rules that only delay add their delay.
    /// </summary>
    public (TimeSpan Delay, FaultEffect? Effect) Strike(HttpRequest request)
    {
        var delay = TimeSpan.Zero;
        if (rules.Length == 0)
            return (delay, null);
        lock (gate)
        {
            foreach (var active in rules)
            {
                if (!active.Rule.Matches(request) || !active.TryStrike(""))
                    continue;
                delay += active.Rule.Delay;
                if (active.Rule.Effect is { } effect)
                    return (delay, effect);
            }
        }

        return (delay, null);
    }

    /// <summary>Returns what a rule about a job does to it now; null when none strikes.</summary>
    /// <param name="job">The job's name.</param>
    /// <param name="isReached">Whether the job has reached the point of an effect.</param>
    /// <param name="passed">Rules that have let this attempt of the job pass. A rule that does so now is added.</param>
    public FaultEffect? Strike(string job, Predicate<FaultEffect> isReached, ISet<FaultRule> passed)
    {
        if (rules.Length == 0)
            return null;
        lock (gate)
        {
            foreach (var active in rules)
            {
                var rule = active.Rule;
                if (rule.Job?.IsMatch(job) != true || rule.Effect is null || passed.Contains(rule) || !isReached(rule.Effect))
                    continue;
                if (active.TryStrike(rule.IsPerJob ? job : ""))
                    return rule.Effect;
                passed.Add(rule);
            }
        }

        return null;
    }

    /// <summary>Returns whether a rule rotates the log of a job.</summary>
    public bool RotatesLogOf(string job) => rules.Any(active => active.Rule is { Effect: LogRotation, Job: { } jobs } && jobs.IsMatch(job));

    private static ActiveRule[] Activate(FaultScript script) => [.. script.Rules.Select(rule => new ActiveRule(rule))];

    private sealed class ActiveRule(FaultRule rule)
    {
        // Matches by job, or all of them under an empty name.
        private readonly Dictionary<string, (int Skipped, int Struck)> counts = new(StringComparer.OrdinalIgnoreCase);

        public FaultRule Rule => rule;
        public int Struck { get; private set; }

        public bool TryStrike(string job)
        {
            var (skipped, struck) = counts.GetValueOrDefault(job);
            if (struck == rule.Count)
                return false;
            if (skipped < rule.Skip)
            {
                counts[job] = (skipped + 1, struck);
                return false;
            }

            counts[job] = (skipped, struck + 1);
            Struck++;
            return true;
        }
    }
}
