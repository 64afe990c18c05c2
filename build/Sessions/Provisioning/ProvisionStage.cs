using Build.CommandLine;
using Build.CommandLine.Groups.Subscriptions;
using Build.Log;
using Build.Log.Displays;
using Workspaces.Deployments;

namespace Build.Sessions.Provisioning;

/// <summary>Deploys infra/main.bicep to a subscription.</summary>
public sealed class ProvisionStage(
    CommandArguments arguments,
    ProvisioningTargets targets,
    BicepCompiler compiler,
    TemplateParameters parameters,
    ISubscriptionConnector connector,
    IDisplay display
)
{
    private const string Template = "infra/main.bicep";

    /// <summary>Shows the changes, deploys them with <c>--yes</c>, and writes the environment config.</summary>
    public async Task RunAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var target = targets.Find(context);
        var given = await parameters.ReadAsync(context, target);
        var template = await compiler.BuildAsync(context, Template);
        var request = new DeploymentRequest(target.Deployment, (string)given["location"]!["value"]!, template, given);
        var client = await connector.ConnectAsync(context, target);
        var changes = await client.CompareAsync(request, context.Cancellation);
        Show(context, target, changes);
        if (!arguments.Get(ProvisioningArguments.Yes))
        {
            context.Say($"Nothing was changed. To deploy: {Command(target)}");
            return;
        }

        var outcome = await DeployAsync(context, client, request, changes);
        var file = new EnvironmentFile(target, request.Location, outcome);
        await file.WriteAsync(context, client);
        NextSteps.Say(context, target, outcome);
    }

    private static async Task<DeploymentOutcome> DeployAsync(
        BuildContext context,
        SubscriptionClient client,
        DeploymentRequest request,
        IReadOnlyList<PlannedChange> changes
    )
    {
        // The outputs of the last deployment are those of this one when nothing changes.
        if (!changes.Any(change => change.IsChange) && await client.FindAsync(request.Name, context.Cancellation) is { } known)
        {
            context.Report("Deployment", $"{request.Name}: unchanged");
            return known;
        }

        context.Report("Deployment", $"{request.Name} in {request.Location}");
        var progress = new SynchronousProgress<string>(line => context.Say($"  {line}"));
        var outcome = await client.DeployAsync(request, progress, context.Cancellation);
        context.Report("Deployment", $"{request.Name}: succeeded");
        return outcome;
    }

    private void Show(BuildContext context, ProvisioningTarget target, IReadOnlyList<PlannedChange> changes)
    {
        context.Report("Subscription", $"{target.SubscriptionId}{(target.Endpoint is null ? "" : " (emulated)")}");
        var rows = changes.OrderBy(change => Order(change.Kind)).ThenBy(change => change.ResourceId, StringComparer.OrdinalIgnoreCase);
        display.Show(context, new Listing(Indent: 2, [11, 62], [.. rows.Select(Row)]) { Headings = ["change", "type", "name"] });
        var counts = changes
            .GroupBy(change => Words(change.Kind), StringComparer.Ordinal)
            .OrderBy(group => Order(group.First().Kind))
            .Select(group => $"{group.Count()} {group.Key}");
        context.Report("Changes", changes.Count == 0 ? "none" : string.Join(", ", counts));
    }

    private static ListingRow Row(PlannedChange change) =>
        new(Words(change.Kind), change.Type, change.Name)
        {
            Tone = change.Kind switch
            {
                "Create" => Tone.Good,
                "Modify" or "Deploy" => Tone.Caution,
                "Delete" => Tone.Bad,
                _ => Tone.Plain,
            },
            Details = change.Differences,
            Warnings = change.Reason is { } reason ? [reason] : [],
        };

    private static string Words(string kind) =>
        kind switch
        {
            "NoChange" => "no change",
            _ => kind.ToLowerInvariant(),
        };

    private static int Order(string kind) =>
        Math.Max(0, Array.IndexOf(["Create", "Modify", "Deploy", "Delete", "Unsupported", "NoChange", "Ignore"], kind));

    private string Command(ProvisioningTarget target)
    {
        var file = arguments.Get(TemplateArguments.Parameters);
        return $"dotnet cake --target=Provision --name={target.Name} --subscription={target.SubscriptionId}"
            + (target.TenantId is null ? "" : $" --tenant={target.TenantId}")
            + (target.Location is null ? "" : $" --location={target.Location}")
            + (target.Endpoint is null ? "" : $" --endpoint={target.Endpoint.OriginalString}")
            + (file is null ? "" : $" --parameters={file}")
            + " --yes";
    }
}
