using Cake.Core;
using Experiments.Plans;
using Experiments.Records;

namespace Build.CommandLine;

/// <summary>The plan that <c>--plan</c> says to carry out. It replaces the arguments that it was made from.</summary>
/// <param name="Path">Absolute path of the file.</param>
/// <param name="Plan">The plan.</param>
public sealed record GivenPlan(string Path, ExperimentPlan Plan)
{
    public static readonly Argument<string?> File = Arguments.Text(
        "plan",
        "FILE",
        "carries out this plan, made by the target Plan; stops when anything has changed since"
    );

    /// <summary>Reads a plan.</summary>
    /// <exception cref="CakeException">The plan was not made by the target Plan.</exception>
    /// <exception cref="RecordException">The file does not exist, or holds no plan.</exception>
    internal static GivenPlan Read(string path)
    {
        var plan = PlanFile.Read(path);
        return plan is { Origin: not null, Calls: not null }
            ? new(path, plan)
            : throw new CakeException(
                $"--plan is {path}, which says nothing of the workspace; it must be written by the target Plan. "
                    + "Run: dotnet cake --target=Plan"
            );
    }
}
