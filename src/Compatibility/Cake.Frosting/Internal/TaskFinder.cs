using System.Reflection;

namespace Cake.Frosting.Internal;

internal static class TaskFinder
{
    /// <summary>The public classes of the assemblies that are tasks, in the order in which the assemblies declare them.</summary>
    public static IEnumerable<Type> FindTasks(IEnumerable<Assembly> assemblies) =>
        assemblies.Distinct().SelectMany(assembly => assembly.GetExportedTypes()).Where(IsTask);

    public static bool IsTask(Type type) => type is { IsClass: true, IsAbstract: false } && typeof(IFrostingTask).IsAssignableFrom(type);
}
