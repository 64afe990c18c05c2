using Build.CommandLine;
using Build.CommandLine.Groups.Subscriptions;
using Build.Log;
using Build.Log.Displays;
using Cake.Core;
using Workspaces.Deployments;

namespace Build.Sessions.Provisioning;

/// <summary>Deletes what Provision made.</summary>
public sealed class DeprovisionStage(
    CommandArguments arguments,
    ProvisioningTargets targets,
    ISubscriptionConnector connector,
    IDisplay display
)
{
    /// <summary>Lists what would be deleted, and deletes it with <c>--yes</c>.</summary>
    /// <exception cref="CakeException">Provision did not make the resource group.</exception>
    public async Task RunAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var target = targets.Find(context);
        var client = await connector.ConnectAsync(context, target);
        var groups = new DeployedGroups(client);
        if (await groups.FindAsync(target.Group, context.Cancellation) is not { } group)
        {
            context.Report("Group", $"{target.Group} does not exist; nothing is to be deleted");
            return;
        }

        if (group.Environment != target.Name)
        {
            throw new CakeException(
                $"Resource group '{group.Name}' has the tag {DeployedGroup.Tag} {Quote(group.Environment)}; it must be "
                    + $"\"{target.Name}\", which "
                    + "Provision sets. Nothing was deleted."
            );
        }

        Show(context, target, group);
        if (!arguments.Get(ProvisioningArguments.Yes))
        {
            context.Say($"Nothing was deleted. To delete all of it, datasets and models included: {Command(target)}");
            return;
        }

        var progress = new SynchronousProgress<string>(line => context.Say($"  {line}"));
        await groups.DeleteAsync(group, target.Deployment, progress, context.Cancellation);
        context.Report("Group", $"{group.Name}: deleted");
        context.Say($"{target.File} still names the workspace; delete it, or provision again under the same name.");
    }

    private void Show(BuildContext context, ProvisioningTarget target, DeployedGroup group)
    {
        context.Report("Subscription", $"{target.SubscriptionId}{(target.Endpoint is null ? "" : " (emulated)")}");
        context.Report("Group", $"{group.Name} with {group.Resources.Count} resources, and everything inside them:");
        var rows = group.Resources.Select(resource => new ListingRow("delete", resource.Type, resource.Name)
        {
            Warnings = resource.Environment == target.Name ? [] : ["Provision did not make it."],
        });
        display.Show(context, new Listing(Indent: 2, [8, 48], [.. rows]) { Headings = ["", "type", "name"] });
        context.Say("  Role assignments, federated credentials and the budget are deleted with them.");
        context.Say("  The workspace is purged and the key vault too, unless it has purge protection, so that their names are free again.");
    }

    private static string Quote(string? value) => value is null ? "missing" : $"\"{value}\"";

    private static string Command(ProvisioningTarget target) =>
        $"dotnet cake --target=Deprovision --name={target.Name} --subscription={target.SubscriptionId}"
        + (target.Endpoint is null ? "" : $" --endpoint={target.Endpoint.OriginalString}")
        + " --yes";
}
