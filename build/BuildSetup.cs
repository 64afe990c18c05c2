using Build.Stages;
using Cake.Core;
using Cake.Frosting;

namespace Build;

/// <summary>Before the first target: are the arguments ones that the targets know, and is the credential one there is?</summary>
/// <remarks>No I/O here: a dry run runs it too.</remarks>
public sealed class BuildSetup(TaskCatalog catalog, SignInSession signIns) : FrostingSetup<BuildContext>
{
    public override void Setup(BuildContext context, ISetupContext info)
    {
        catalog.CheckArguments(context.Arguments.GetArguments().Keys, info.TasksToExecute.Select(task => task.Name));
        signIns.CheckArgument();
    }
}
