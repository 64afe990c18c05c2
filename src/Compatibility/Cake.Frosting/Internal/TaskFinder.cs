using System.Reflection;

namespace Cake.Frosting.Internal;

internal static class TaskFinder
{
    /// <summary>Returns the public task classes of the assemblies, in the order in which the assemblies declare them.</summary>
    public static IEnumerable<Type> FindTasks(IEnumerable<Assembly> assemblies) =>
        assemblies.Where(assembly => assembly is not null).SelectMany(assembly => assembly.GetExportedTypes()).Where(IsTask);

    public static bool IsTask(Type type) => type is { IsClass: true, IsAbstract: false } && typeof(IFrostingTask).IsAssignableFrom(type);
}
