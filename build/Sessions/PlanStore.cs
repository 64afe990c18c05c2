using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Log;
using Cake.Core;
using CodeHosts.Annotations;
using Experiments.Json;
using Experiments.Plans;
using Experiments.Reading;
using Experiments.Records;

namespace Build.Sessions;

/// <summary>The configuration and the plan of a run. Each file is read once.</summary>
public sealed class PlanStore(CommandArguments arguments, TargetCatalog catalog, TimeProvider time)
{
    private Configuration? configuration;
    private ExperimentPlan? plan;

    /// <summary>The arguments from which the plan of this run is made.</summary>
    public PlanOrigin Origin(BuildContext context)
    {
        var origin = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
        {
            [ExperimentArguments.File.Name] = [arguments.Get(ExperimentArguments.File)],
            [ExperimentArguments.Set.Name] = Overrides(context),
        };
        foreach (var argument in catalog.PlanArguments.Where(argument => argument != ExperimentArguments.SetVariable))
        {
            if (arguments.GetTexts(argument) is { Count: > 0 } texts)
                origin.TryAdd(argument.Name, texts);
        }

        return new(origin);
    }

    /// <summary>Returns the command that makes the plan of this run again.</summary>
    public string PlanCommand(BuildContext context) =>
        "dotnet cake --target=Plan"
        + string.Concat(
            Origin(context)
                .Arguments.SelectMany(argument =>
                    argument.Value.Select(value => value.Length == 0 ? $" --{argument.Key}" : $" --{argument.Key}={value}")
                )
        );

    /// <summary>Reads the exp_config with its overrides, and the environment config that it names.</summary>
    /// <exception cref="ConfigException">Carries every fault of the files.</exception>
    public Configuration ReadConfiguration(BuildContext context) =>
        configuration ??= ReadConfiguration(context, arguments.Get(ExperimentArguments.File));

    /// <summary>Reads another exp_config than that of the plan.</summary>
    /// <exception cref="ConfigException">Carries every fault of the files.</exception>
    public Configuration ReadConfiguration(BuildContext context, string file)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            return ConfigurationReader.Read(context.Root, file, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime), Overrides(context));
        }
        catch (ConfigException exception)
        {
            context.Annotate(FaultReport.Of(context, FaultRules.ExpConfig, exception));
            throw;
        }
    }

    /// <summary>Returns the path of the last plan's file.</summary>
    public static string LastPlanFile(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return PlanFile.Last(context.ArtifactsFolder);
    }

    /// <summary>Returns whether a plan exists: of this run, or of an earlier one.</summary>
    public bool HasPlan(BuildContext context) => plan is not null || File.Exists(LastPlanFile(context));

    /// <summary>Returns the last plan: with <c>--exclusive</c> it is all that a stage knows of the experiment.</summary>
    /// <exception cref="RecordException">No plan was made.</exception>
    public ExperimentPlan ReadPlan(BuildContext context) => plan ??= PlanFile.Read(LastPlanFile(context));

    /// <summary>Writes the plan that the later stages read, as the last plan and beside their records.</summary>
    public void WritePlan(BuildContext context, ExperimentPlan made)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(made);
        PlanFile.Write(context.ArtifactsFolder, made);
        plan = made;
    }

    /// <summary>Returns the records of a plan's stages.</summary>
    public static StageRecords Records(BuildContext context, string planName)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(context.ArtifactsFolder, planName);
    }

    /// <summary>
    /// Returns the overrides: the lines of the variable that <c>--set-variable</c> names, then each <c>--set</c>. The last one of a key
    /// wins.
    /// </summary>
    /// <exception cref="CakeException">The variable does not exist, or Azure DevOps would replace a part of an override.</exception>
    private string[] Overrides(BuildContext context)
    {
        string[] overrides = [.. OverridesOfVariable(context), .. arguments.Get(ExperimentArguments.Set)];
        var isAzure = string.Equals(context.Environment.GetEnvironmentVariable("TF_BUILD"), "true", StringComparison.OrdinalIgnoreCase);
        // The agent replaces $(NAME) by the variable of that name, which may be a secret, wherever it finds one.
        if (isAzure && Array.Find(overrides, text => text.Contains("$(", StringComparison.Ordinal)) is { } macro)
        {
            throw new CakeException(
                $"The override of {macro.Split('=', 2)[0]} contains \"$(\"; it must not on Azure DevOps, which replaces $(NAME) by the "
                    + "pipeline's variable of that name. Write the value itself."
            );
        }

        return overrides;
    }

    // A pipeline passes overrides in one environment variable, one per line; blank lines and lines from # on do not count.
    private IEnumerable<string> OverridesOfVariable(BuildContext context)
    {
        if (arguments.Get(ExperimentArguments.SetVariable) is not { } name)
            return [];
        var text = context.Environment.GetEnvironmentVariable(name)
            ?? throw new CakeException(
                $"--set-variable is \"{name}\"; it must be the name of an environment variable that exists, which may be empty. "
                    + "Set it, or leave --set-variable out."
            );
        return text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith('#'));
    }
}
