using System.Reflection;
using Cake.Frosting;

namespace Build.CommandLine;

/// <summary>One target as its attributes describe it.</summary>
public sealed record CatalogedTarget(
    string Name,
    string Description,
    IReadOnlyList<string> Dependencies,
    IReadOnlyList<Argument> Arguments,
    IReadOnlyList<TaskExampleAttribute> Examples
)
{
    internal static CatalogedTarget From(Type type) =>
        new(
            NameOf(type),
            type.GetCustomAttribute<TaskDescriptionAttribute>()?.Description ?? "",
            [.. type.GetCustomAttributes<IsDependentOnAttribute>().Select(dependency => NameOf(dependency.Task))],
            [.. type.GetCustomAttributes<ArgumentGroup>().SelectMany(group => group.Declarations)],
            [.. type.GetCustomAttributes<TaskExampleAttribute>()]
        );

    private static string NameOf(Type type) => type.GetCustomAttribute<TaskNameAttribute>()?.Name ?? type.Name;
}
