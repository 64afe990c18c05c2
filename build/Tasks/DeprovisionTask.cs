using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Subscriptions;
using Build.Sessions.Provisioning;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Lists what Provision made, and deletes it on request.</summary>
[TaskName("Deprovision")]
[TaskDescription("Lists everything that Provision made, with all data in it; --yes deletes it")]
[ProvisioningArguments]
[EmulatorArguments]
[SignInArguments]
[TaskExample("--target=Deprovision --name=dev", "what would be deleted")]
public sealed class DeprovisionTask(DeprovisionStage deprovision) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => deprovision.RunAsync(context);
}
