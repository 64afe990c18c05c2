using Cake.Common;
using Cake.Core;
using Cake.Core.Diagnostics;
using Cake.Frosting;
using Experiments.Plans;
using Experiments.Records;

namespace Build;

/// <summary>What every task is given: where the repository is, the arguments, and the wish to stop.</summary>
public sealed class BuildContext : FrostingContext, IDisposable
{
    private readonly Interruption interruption = new();
    private readonly Lazy<ExperimentPlan?> given;
    private readonly TimeProvider time;

    /// <summary>The arguments that decide a plan; <c>--plan</c> stands for all of them.</summary>
    private static readonly string[] PlanArguments =
    [
        "exp-config",
        "set",
        "set-variable",
        "build-arg",
        "runtime",
        "name",
        "rerun",
        "version-tag",
        "tag-latest",
        Stages.ChainInputs.ReadDatasetArgument,
        Tasks.RegisterDatastoreTask.UpdateArgument,
    ];

    /// <param name="context">Cake's own.</param>
    /// <param name="time">The clock; the system's when null.</param>
    public BuildContext(ICakeContext context, TimeProvider? time = null)
        : base(context)
    {
        this.time = time ?? TimeProvider.System;
        given = new(ReadGivenPlan);
    }

    /// <summary>Absolute path of the repository: the working directory of the run.</summary>
    public string Root => Environment.WorkingDirectory.FullPath;

    /// <summary>The experiment file, relative to the repository or absolute; <c>--exp-config</c>.</summary>
    public string ExperimentFile => Value("exp-config") ?? "exp_configs/demo.json";

    /// <summary><c>KEY.PATH=VALUE</c> of the variable that <c>--set-variable</c> names, then of each <c>--set</c>, in the order given: the last one wins.</summary>
    public IReadOnlyList<string> Overrides => [.. OverridesOfVariable(), .. Values("set")];

    /// <summary>The name that <c>--name</c> gives the job; null: the one that follows from the plan.</summary>
    public string? JobName => Value("name");

    /// <summary>Whether <c>--rerun</c> asks for a completed job to be run anew.</summary>
    public bool Rerun => Switch("rerun");

    /// <summary>What this run's plan is made from.</summary>
    public PlanOrigin PlanOrigin
    {
        get
        {
            var arguments = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
            {
                ["exp-config"] = [ExperimentFile],
                ["set"] = Overrides,
            };
            foreach (var name in PlanArguments.Where(name => name != "set-variable" && Values(name).Count > 0))
                arguments.TryAdd(name, Values(name));
            return new(arguments);
        }
    }

    /// <summary>The plan that <c>--plan</c> says to carry out, which takes the place of the arguments it was made from; null when it is not given.</summary>
    /// <exception cref="CakeException">Such arguments are given as well, or the plan was not made by the target Plan.</exception>
    /// <exception cref="RecordException">There is no such file, or it holds no plan.</exception>
    public ExperimentPlan? GivenPlan => given.Value;

    /// <summary>Where stage records, logs, reports and fetched models go.</summary>
    public string ArtifactsFolder => System.IO.Path.Combine(Root, "artifacts");

    /// <summary>What this checkout keeps for itself: the emulator's state, the demo dataset.</summary>
    public string LocalFolder => System.IO.Path.Combine(Root, ".local");

    /// <summary>The date, in UTC.</summary>
    public DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    /// <summary>Cancelled by Ctrl-C or SIGTERM.</summary>
    public CancellationToken Cancellation => interruption.Token;

    /// <summary>The overrides that a pipeline passes in one environment variable: one a line, blank lines and lines from # on left out.</summary>
    private IEnumerable<string> OverridesOfVariable() =>
        Value("set-variable") is not { } name
            ? []
            : (System.Environment.GetEnvironmentVariable(name) ?? "")
                .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !line.StartsWith('#'));

    private ExperimentPlan? ReadGivenPlan()
    {
        if (PathArgument("plan") is not { } file)
            return null;
        var others = PlanArguments.Where(Arguments.HasArgument).Select(name => $"--{name}").ToList();
        if (others.Count > 0)
            throw new CakeException($"--plan says what is carried out; {string.Join(", ", others)} must be left out, or --plan.");
        var plan = PlanFile.Read(file);
        return plan is { Origin: not null, Calls: not null }
            ? plan
            : throw new CakeException(
                $"--plan is {file}, which says nothing of the workspace; it must be written by the target Plan. Run: dotnet cake --target=Plan"
            );
    }

    /// <summary>The values of an argument, in the order given: of the command line, or of the plan that is carried out.</summary>
    public IReadOnlyList<string> Values(string name)
    {
        if (PlanArguments.Contains(name, StringComparer.Ordinal) && GivenPlan is { Origin: { } origin })
            return origin.Arguments.GetValueOrDefault(name) ?? [];
        var values = Arguments.GetArguments(name);
        return values.Count == 0 && Arguments.HasArgument(name) ? [""] : [.. values];
    }

    /// <summary>The last value of an argument; null when it is not given, or empty.</summary>
    public string? Value(string name) => Values(name) is [.., { Length: > 0 } value] ? value : null;

    /// <summary>The value of a switch: given alone or with <c>true</c>, on; with <c>false</c>, off.</summary>
    /// <exception cref="CakeException">The value is neither.</exception>
    public bool Switch(string name, bool otherwise = false) =>
        Values(name) switch
        {
            [] => otherwise,
            [.., null or ""] => true,
            [.., var text] when bool.TryParse(text, out var value) => value,
            [.., var text] => throw new CakeException($"--{name} is \"{text}\"; it must be true or false."),
        };

    /// <summary>An argument's value as an absolute path, seen from the repository.</summary>
    public string? PathArgument(string name) =>
        this.Argument<string?>(name, null) is { Length: > 0 } value ? System.IO.Path.GetFullPath(value, Root) : null;

    /// <summary>The targets that the command line names.</summary>
    public IReadOnlyList<string> Targets =>
        [
            .. Arguments
                .GetArguments("target")
                .SelectMany(value => value.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
        ];

    /// <summary>Whether the command line names this target.</summary>
    public bool IsTarget(string name) => Targets.Contains(name, StringComparer.OrdinalIgnoreCase);

    public void Dispose() => interruption.Dispose();

    /// <summary>Writes a line to the log as it is.</summary>
    public void Say(string text) => Write(Verbosity.Normal, LogLevel.Information, text);

    /// <summary>Writes a line that a person should see although the run goes on.</summary>
    public void Warn(string text) => Write(Verbosity.Minimal, LogLevel.Warning, text);

    /// <summary>Writes a line that says what is wrong.</summary>
    public void SayFault(string text) => Write(Verbosity.Quiet, LogLevel.Error, text);

    // Given as the format and not as an argument: Cake paints arguments in another colour.
    private void Write(Verbosity verbosity, LogLevel level, string text) =>
        Log.Write(verbosity, level, text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));

    /// <summary>Runs the .NET command line in the repository, output passed through.</summary>
    /// <exception cref="CakeException">It ended with another exit code than 0.</exception>
    public Task DotNetAsync(params string[] arguments) => new ChildProcess("dotnet", arguments, Root).RunCheckedAsync(Cancellation);
}
