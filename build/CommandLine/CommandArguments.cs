using Cake.Core;

namespace Build.CommandLine;

/// <summary>Reads the arguments of this run: the only way to an argument's value.</summary>
/// <param name="given">Cake's arguments.</param>
/// <param name="environment">The working directory.</param>
public sealed class CommandArguments(ICakeArguments given, ICakeEnvironment environment)
{
    private GivenPlan? plan;

    /// <summary>The plan that <c>--plan</c> names; null when it is not given.</summary>
    /// <exception cref="CakeException">The plan was not made by the target Plan.</exception>
    /// <exception cref="Experiments.Records.RecordException">The file does not exist, or holds no plan.</exception>
    public GivenPlan? GivenPlan => plan ??= GetPath(GivenPlan.File) is { } file ? GivenPlan.Read(file) : null;

    /// <summary>The targets that the command line names.</summary>
    public IReadOnlyList<string> Targets =>
        [
            .. given
                .GetArguments("target")
                .SelectMany(value => value.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
        ];

    /// <summary>The command line's arguments by name; null stands for a missing value.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string?>> All =>
        given.GetArguments().ToDictionary(pair => pair.Key, pair => Values(pair.Key), StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns whether the command line names a target.</summary>
    public bool IsTarget(string name) => Targets.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns whether an argument is given, by the command line or by the plan that is carried out.</summary>
    public bool IsGiven(Argument argument) => ValuesOf(argument).Count > 0;

    /// <summary>Returns the value of an argument, from the command line or from the plan that is carried out.</summary>
    /// <exception cref="CakeException">The value is missing or breaks the rule of the argument.</exception>
    public T Get<T>(Argument<T> argument)
    {
        ArgumentNullException.ThrowIfNull(argument);
        return argument.Read(ValuesOf(argument));
    }

    /// <summary>Returns every value of an argument, from the command line or from the plan that is carried out.</summary>
    /// <exception cref="CakeException">A value is missing or breaks the rule of the argument.</exception>
    public IReadOnlyList<string> Get(RepeatedArgument argument)
    {
        ArgumentNullException.ThrowIfNull(argument);
        return argument.Read(ValuesOf(argument));
    }

    /// <summary>Returns the value of an argument as an absolute path; a relative one starts at the repository.</summary>
    public string? GetPath(Argument<string?> argument) =>
        Get(argument) is { } path ? Path.GetFullPath(path, environment.WorkingDirectory.FullPath) : null;

    /// <summary>Returns the values of an argument as they are typed; an empty text stands for a missing value.</summary>
    public IReadOnlyList<string> GetTexts(Argument argument) => [.. ValuesOf(argument).Select(value => value ?? "")];

    private IReadOnlyList<string?> ValuesOf(Argument argument)
    {
        if (!argument.DecidesPlan || GivenPlan is not { Plan.Origin: { } origin })
            return Values(argument.Name);
        return [.. origin.Arguments.GetValueOrDefault(argument.Name, []).Select(NullIfEmpty)];
    }

    private IReadOnlyList<string?> Values(string name)
    {
        var values = given.GetArguments(name);
        return values is { Count: > 0 } ? [.. values.Select(NullIfEmpty)]
            : given.HasArgument(name) ? [null]
            : [];
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
