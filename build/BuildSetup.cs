using Build.CommandLine;
using Build.CommandLine.Groups.Models;
using Build.LocalRuntime;
using Cake.Core;
using Cake.Frosting;
using Images.Cleaning;

namespace Build;

/// <summary>Checks the targets and all arguments of a run before the first target starts.</summary>
/// <remarks>The checks of the arguments need no I/O. A dry run makes all checks too.</remarks>
public sealed class BuildSetup : FrostingSetup<BuildContext>
{
    private readonly TargetCatalog catalog;
    private readonly CommandArguments arguments;
    private readonly TimeProvider time;

    /// <remarks>Cake looks for the targets before it calls <see cref="Setup"/>, so that a name without a target is found here.</remarks>
    /// <exception cref="CakeException">A target does not exist.</exception>
    public BuildSetup(TargetCatalog catalog, CommandArguments arguments, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(arguments);
        (this.catalog, this.arguments, this.time) = (catalog, arguments, time);
        catalog.CheckTargets(arguments.Targets);
    }

    public override void Setup(BuildContext context, ISetupContext info)
    {
        catalog.CheckArguments(arguments.All, info.TasksToExecute.Select(task => task.Name));
        if (RegisterAfterTrainingArguments.FindFaults(arguments).ToList() is { Count: > 0 } faults)
            throw new CakeException(string.Join(Environment.NewLine, faults));
        MachineCheck.Check(context);
        Leftovers.Sweep(context.LocalFolder, time);
    }
}
