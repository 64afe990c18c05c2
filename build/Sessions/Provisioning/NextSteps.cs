using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Build.Log;
using Workspaces.Deployments;

namespace Build.Sessions.Provisioning;

/// <summary>Lists the remaining settings of the repository, with commands to paste.</summary>
internal static class NextSteps
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Service connection of each identity, with the output that holds its client id.</summary>
    private static readonly (string Connection, string Output)[] Connections =
    [
        ("model-training-pull-request", "pullRequestClientId"),
        ("model-training", "mainClientId"),
        ("model-training-train", "trainingClientId"),
    ];

    /// <summary>Lists the variables of GitHub, and writes the service connections for Azure DevOps.</summary>
    public static void Say(BuildContext context, ProvisioningTarget target, DeploymentOutcome outcome)
    {
        var tenant = outcome.Outputs.GetValueOrDefault("tenantId", "");
        context.Report("GitHub", "the variables of the repository and of the environment training; none is a secret:");
        context.Say($"  gh variable set AZURE_TENANT_ID --body {tenant}");
        context.Say($"  gh variable set AZURE_CLIENT_ID_PULL_REQUEST --body {Client(outcome, "pullRequestClientId")}");
        context.Say($"  gh variable set AZURE_CLIENT_ID --body {Client(outcome, "mainClientId")}");
        context.Say($"  gh variable set AZURE_CLIENT_ID --env training --body {Client(outcome, "trainingClientId")}");
        context.Report("Azure DevOps", "a service connection for each identity; then put its issuer and subject into the parameters:");
        foreach (var (connection, output) in Connections)
        {
            var file = Path.Combine("artifacts", "provision", target.Name, $"{connection}.json");
            Write(Path.Combine(context.Root, file), connection, tenant, Client(outcome, output), target.SubscriptionId);
            context.Say($"  az devops service-endpoint create --service-endpoint-configuration {file.Replace('\\', '/')}");
        }

        context.Say(
            $"An experiment uses the workspace with \"ENV_CONFIG_FILE\": \"{target.Name}.json\". docs/getting-started.md has the rest."
        );
    }

    private static string Client(DeploymentOutcome outcome, string output) => outcome.Outputs.GetValueOrDefault(output, "");

    private static void Write(string path, string name, string tenant, string client, string subscription)
    {
        var connection = new JsonObject
        {
            ["name"] = name,
            ["type"] = "azurerm",
            ["url"] = "https://management.azure.com/",
            ["authorization"] = new JsonObject
            {
                ["scheme"] = "WorkloadIdentityFederation",
                ["parameters"] = new JsonObject { ["tenantid"] = tenant, ["serviceprincipalid"] = client },
            },
            ["data"] = new JsonObject
            {
                ["environment"] = "AzureCloud",
                ["scopeLevel"] = "Subscription",
                ["creationMode"] = "Manual",
                ["subscriptionId"] = subscription,
                ["subscriptionName"] = subscription,
            },
        };
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, connection.ToJsonString(Format) + "\n");
    }
}
