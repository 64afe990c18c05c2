using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Subscriptions;
using Build.Sessions.Provisioning;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Shows what infra/main.bicep would change in a subscription, and deploys it on request.</summary>
[TaskName("Provision")]
[TaskDescription("Shows the changes to a team's Azure resources; --yes deploys them and writes configuration/NAME.json")]
[ProvisioningArguments]
[TemplateArguments]
[EmulatorArguments]
[SignInArguments]
[TaskExample("--target=Provision --name=dev --location=westeurope --subscription=GUID", "what would be created")]
public sealed class ProvisionTask(ProvisionStage provision) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => provision.RunAsync(context);
}
