using Build.CommandLine;
using Cake.Core;
using Cake.Frosting;

namespace Build;

/// <summary>Checks the targets and all arguments of a run before the first target starts.</summary>
/// <remarks>The checks need no I/O: a dry run makes them too.</remarks>
public sealed class BuildSetup : FrostingSetup<BuildContext>
{
    private readonly TargetCatalog catalog;
    private readonly CommandArguments arguments;

    /// <remarks>Cake looks for the targets before it calls <see cref="Setup"/>, so that a name without a target is found here.</remarks>
    /// <exception cref="CakeException">A target does not exist.</exception>
    public BuildSetup(TargetCatalog catalog, CommandArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(arguments);
        (this.catalog, this.arguments) = (catalog, arguments);
        catalog.CheckTargets(arguments.Targets);
    }

    public override void Setup(BuildContext context, ISetupContext info) =>
        catalog.CheckArguments(arguments.All, info.TasksToExecute.Select(task => task.Name));
}
