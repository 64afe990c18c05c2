using Cake.Core;

namespace Cake.Frosting.Internal;

/// <summary>
/// Finds tasks that depend on themselves through others. Cake's engine sees a cycle of three or more only after the teardown has been
/// promised to run; shorter ones it reports before anything happens, so those are left to it.
/// </summary>
internal sealed class DependencyCycles
{
    private const int ShortestUnseenByEngine = 3;

    private readonly ILookup<string, string> dependencies;
    private readonly HashSet<string> finished = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> path = [];

    private DependencyCycles(IEnumerable<ICakeTaskInfo> tasks) =>
        dependencies = tasks
            .SelectMany(task =>
                task.Dependencies.Select(dependency => (Task: task.Name, Dependency: dependency.Name))
                    .Concat(task.Dependees.Select(dependee => (Task: dependee.Name, Dependency: task.Name)))
            )
            .ToLookup(edge => edge.Task, edge => edge.Dependency, StringComparer.OrdinalIgnoreCase);

    /// <exception cref="CakeException">There is a cycle of three tasks or more; the message names one.</exception>
    public static void ThrowIfAny(IReadOnlyList<ICakeTaskInfo> tasks)
    {
        var cycles = new DependencyCycles(tasks);
        foreach (var task in tasks)
            cycles.Visit(task.Name);
    }

    private void Visit(string name)
    {
        var start = path.FindIndex(visited => visited.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (path.Count - start >= ShortestUnseenByEngine && start >= 0)
        {
            var rest = path.Skip(start + 1).Append(path[start]).Select(task => $"\"{task}\"");
            throw new CakeException(
                $"Graph contains circular references.{Environment.NewLine}\"{path[start]}\" depends on "
                    + $"{string.Join(", which depends on ", rest)}."
            );
        }

        if (start >= 0 || finished.Contains(name))
            return;

        path.Add(name);
        foreach (var dependency in dependencies[name])
            Visit(dependency);
        path.RemoveAt(path.Count - 1);
        finished.Add(name);
    }
}
