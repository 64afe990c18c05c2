using System.Reflection;
using Cake.Core;

namespace Cake.Frosting.Internal;

/// <summary>Reads what the class of a task declares.</summary>
internal sealed class TaskDefinition
{
    private static readonly Type[] Bases = [typeof(FrostingTask<>), typeof(AsyncFrostingTask<>)];

    private readonly HashSet<string> overridden;

    public TaskDefinition(IFrostingTask task)
    {
        Task = task;
        Type = task.GetType();
        overridden = Overrides(Type);
    }

    public IFrostingTask Task { get; }

    public Type Type { get; }

    public string Name => NameOf(Type);

    public string? Description => Type.GetCustomAttribute<TaskDescriptionAttribute>()?.Description;

    public bool ContinuesOnError => Type.IsDefined(typeof(ContinueOnErrorAttribute), inherit: false);

    public IEnumerable<Type> Dependencies => Type.GetCustomAttributes<IsDependentOnAttribute>().Select(attribute => attribute.Task);

    public IEnumerable<Type> Dependees => Type.GetCustomAttributes<IsDependeeOfAttribute>().Select(attribute => attribute.Task);

    /// <summary>Gets the task's context type. Like upstream, this considers only the immediate base class.</summary>
    public Type ContextType => IsTaskBase(Type.BaseType) ? Type.BaseType!.GetGenericArguments()[0] : typeof(ICakeContext);

    public static string NameOf(Type type) => type.GetCustomAttribute<TaskNameAttribute>()?.Name ?? type.Name;

    /// <summary>
    /// Gets whether the class has its own <see cref="IFrostingTask.RunAsync"/>. With that of the base, a task is only a heading.
    /// </summary>
    public bool Runs => overridden.Contains("Run") || overridden.Contains(nameof(IFrostingTask.RunAsync));

    /// <summary>Returns whether the class has its own method of that name, which the engine has to call.</summary>
    public bool Has(string method) => overridden.Contains(method);

    private static bool IsTaskBase(Type? type) => type is { IsGenericType: true } && Bases.Contains(type.GetGenericTypeDefinition());

    private static HashSet<string> Overrides(Type type)
    {
        if (!Ancestors(type).Any(IsTaskBase))
        {
            throw new InvalidOperationException(
                $"This method expects all {nameof(IFrostingTask)} to be instances of {nameof(FrostingTask)} or {nameof(AsyncFrostingTask)}."
            );
        }

        return type.GetMethods(BindingFlags.Instance | BindingFlags.Public)
            .Where(method => method.IsVirtual && !IsTaskBase(method.DeclaringType) && IsTaskBase(method.GetBaseDefinition().DeclaringType))
            .Select(method => method.Name)
            .ToHashSet(StringComparer.Ordinal);
    }

    private static IEnumerable<Type> Ancestors(Type type)
    {
        for (var ancestor = type.BaseType; ancestor is not null; ancestor = ancestor.BaseType)
            yield return ancestor;
    }
}
