using System.Reflection;
using Cake.Core;
using Cake.Frosting;

namespace Build;

/// <summary>The targets of this host with their arguments and examples, as their attributes say.</summary>
public sealed class TaskCatalog
{
    public IReadOnlyList<CatalogedTask> Tasks { get; } =
    [
        .. typeof(TaskCatalog)
            .Assembly.GetExportedTypes()
            .Where(type => !type.IsAbstract && type.IsAssignableTo(typeof(IFrostingTask)))
            .Select(CatalogedTask.From)
            .OrderBy(task => task.Name, StringComparer.Ordinal),
    ];

    /// <summary>Refuses arguments that no task of the run reads: a misspelt override must not start a run without it.</summary>
    /// <remarks>Those of dependencies are known also when <c>--exclusive</c> leaves them out, so that each step of a pipeline can be given the same ones.</remarks>
    /// <exception cref="CakeException">One or more arguments are unknown; names the nearest known one of each.</exception>
    public void CheckArguments(IEnumerable<string> given, IEnumerable<string> tasksToExecute)
    {
        var known = WithDependencies(tasksToExecute)
            .SelectMany(task => task.Arguments)
            .Select(argument => argument.Name)
            .Append("target")
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .ToList();
        var unknown = given.Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)).ToList();
        if (unknown.Count == 0)
            return;

        var elsewhere = Tasks
            .SelectMany(task => task.Arguments.Select(argument => (argument.Name, Task: task.Name)))
            .ToLookup(pair => pair.Name, pair => pair.Task, StringComparer.OrdinalIgnoreCase);
        throw new CakeException(string.Join(Environment.NewLine, unknown.Select(name => Explain(name, known, elsewhere))));
    }

    private IEnumerable<CatalogedTask> WithDependencies(IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var pending = new Queue<string>(names);
        while (pending.TryDequeue(out var name))
        {
            if (
                !seen.Add(name)
                || Tasks.FirstOrDefault(task => string.Equals(task.Name, name, StringComparison.OrdinalIgnoreCase)) is not { } task
            )
                continue;
            yield return task;
            foreach (var dependency in task.Dependencies)
                pending.Enqueue(dependency);
        }
    }

    private static string Explain(string name, IReadOnlyList<string> known, ILookup<string, string> elsewhere)
    {
        if (elsewhere.Contains(name))
            return $"--{name} is not an argument of this target; it belongs to {string.Join(", ", elsewhere[name])}.";
        var nearest = Experiments.Json.NearestName.Find(name, known);
        return $"--{name} is not an argument of this target; it must be one of {string.Join(", ", known.Select(k => "--" + k))}."
            + (nearest is null ? "" : $" Did you mean --{nearest}?");
    }
}

/// <summary>One target as its attributes describe it.</summary>
public sealed record CatalogedTask(
    string Name,
    string Description,
    IReadOnlyList<string> Dependencies,
    IReadOnlyList<TaskArgumentAttribute> Arguments,
    IReadOnlyList<TaskExampleAttribute> Examples
)
{
    internal static CatalogedTask From(Type type) =>
        new(
            NameOf(type),
            type.GetCustomAttribute<TaskDescriptionAttribute>()?.Description ?? "",
            [.. type.GetCustomAttributes<IsDependentOnAttribute>().Select(dependency => NameOf(dependency.Task))],
            [.. type.GetCustomAttributes<TaskArgumentAttribute>()],
            [.. type.GetCustomAttributes<TaskExampleAttribute>()]
        );

    private static string NameOf(Type type) => type.GetCustomAttribute<TaskNameAttribute>()?.Name ?? type.Name;
}
