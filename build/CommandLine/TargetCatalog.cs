using Cake.Core;
using Cake.Frosting;
using Experiments.Json;

namespace Build.CommandLine;

/// <summary>The targets of this host with their arguments and examples, as their attributes declare them.</summary>
public sealed class TargetCatalog
{
    private const string TargetArgument = "target";

    public IReadOnlyList<CatalogedTarget> Targets { get; } =
    [
        .. typeof(TargetCatalog)
            .Assembly.GetExportedTypes()
            .Where(type => !type.IsAbstract && type.IsAssignableTo(typeof(IFrostingTask)))
            .Select(CatalogedTarget.From)
            .OrderBy(target => target.Name, StringComparer.Ordinal),
    ];

    /// <summary>Returns the arguments from which a plan follows, by name.</summary>
    public IEnumerable<Argument> PlanArguments =>
        Targets
            .SelectMany(target => target.Arguments)
            .Where(argument => argument.DecidesPlan)
            .DistinctBy(argument => argument.Name, StringComparer.Ordinal);

    /// <summary>Checks that every named target exists.</summary>
    /// <exception cref="CakeException">One or more do not; the message names the nearest existing target of each.</exception>
    public void CheckTargets(IEnumerable<string> names)
    {
        var unknown = names.Where(name => Find(name) is null).ToList();
        if (unknown.Count > 0)
            throw new CakeException(string.Join(Environment.NewLine, unknown.Select(ExplainTarget)));
    }

    /// <summary>Checks that the targets of a run know every given argument and that its values are right, without I/O.</summary>
    /// <remarks>
    /// The arguments of dependencies are known even when <c>--exclusive</c> leaves the dependencies out, so that each step of a pipeline
    /// can be given the same ones.
    /// </remarks>
    /// <param name="given">The values of each argument by its name; null for a missing value.</param>
    /// <param name="tasksToExecute">The names of the targets that run.</param>
    /// <exception cref="CakeException">Carries every fault, one per line.</exception>
    public void CheckArguments(IReadOnlyDictionary<string, IReadOnlyList<string?>> given, IEnumerable<string> tasksToExecute)
    {
        ArgumentNullException.ThrowIfNull(given);
        var known = WithDependencies(tasksToExecute).SelectMany(target => target.Arguments).Distinct().ToList();
        var byName = known.ToLookup(argument => argument.Name, StringComparer.OrdinalIgnoreCase);
        var faults = new List<string>();
        foreach (var (name, values) in given.Where(pair => !IsTarget(pair.Key)))
        {
            if (byName.Contains(name))
                faults.AddRange(byName[name].SelectMany(argument => argument.FindFaults(values)));
            else
                faults.Add(ExplainArgument(name, [.. byName.Select(group => group.Key), TargetArgument]));
        }

        if (given.ContainsKey(GivenPlan.File.Name))
            faults.AddRange(FindConflicts(given));
        faults.AddRange(known.Where(argument => given.ContainsKey(argument.Name)).SelectMany(argument => FindMisplaced(argument, given)));
        if (faults.Count > 0)
            throw new CakeException(string.Join(Environment.NewLine, faults.Distinct(StringComparer.Ordinal)));
    }

    private static bool IsTarget(string name) => string.Equals(name, TargetArgument, StringComparison.OrdinalIgnoreCase);

    private CatalogedTarget? Find(string name) =>
        Targets.FirstOrDefault(target => string.Equals(target.Name, name, StringComparison.OrdinalIgnoreCase));

    private IEnumerable<string> FindConflicts(IReadOnlyDictionary<string, IReadOnlyList<string?>> given)
    {
        var others = PlanArguments.Where(argument => given.ContainsKey(argument.Name)).Select(argument => $"--{argument.Name}").ToList();
        return others.Count == 0 ? [] : [$"--plan says what is carried out; {string.Join(", ", others)} must be left out, or --plan."];
    }

    private static IEnumerable<string> FindMisplaced(Argument argument, IReadOnlyDictionary<string, IReadOnlyList<string?>> given)
    {
        if (
            argument.OnlyFor is not { } target
            || given.GetValueOrDefault(TargetArgument, []).Contains(target, StringComparer.OrdinalIgnoreCase)
        )
        {
            return [];
        }

        return [$"--{argument.Name} is \"{given[argument.Name][^1]}\"; it must be given with --target={target}, or be left out."];
    }

    private IEnumerable<CatalogedTarget> WithDependencies(IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var pending = new Queue<string>(names);
        while (pending.TryDequeue(out var name))
        {
            if (!seen.Add(name) || Find(name) is not { } target)
                continue;
            yield return target;
            foreach (var dependency in target.Dependencies)
                pending.Enqueue(dependency);
        }
    }

    private string ExplainTarget(string name)
    {
        var names = Targets.Select(target => target.Name).ToList();
        var nearest = NearestName.Find(name, names)
            ?? names.MinBy(known => NearestName.Distance(name.ToUpperInvariant(), known.ToUpperInvariant()));
        return Explain($"--target is \"{name}\"; it must be one of {string.Join(", ", names)}.", $"--target={nearest}", $"--target={name}");
    }

    private string ExplainArgument(string name, IReadOnlyList<string> known)
    {
        var owners = Targets
            .Where(target => target.Arguments.Any(argument => string.Equals(argument.Name, name, StringComparison.OrdinalIgnoreCase)))
            .Select(target => target.Name)
            .ToList();
        if (owners.Count > 0)
            return $"--{name} is not an argument of this target; it belongs to {string.Join(", ", owners)}.";
        return Explain(
            $"--{name} is not an argument of this target; it must be one of {string.Join(", ", known.Select(other => $"--{other}"))}.",
            NearestName.Find(name, known) is { } nearest ? $"--{nearest}" : null,
            $"--{name}"
        );
    }

    private static string Explain(string fault, string? nearest, string given) =>
        nearest is null ? fault : $"{fault} Did you mean {nearest}?{NearestName.Difference(given, nearest)}";
}
