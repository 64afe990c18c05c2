using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Build.Log;
using Cake.Core;
using Experiments.Reading;
using Workspaces.Deployments;

namespace Build.Sessions.Provisioning;

/// <summary>Writes the environment config of a deployment. What a person added to the file stays.</summary>
internal sealed class EnvironmentFile(ProvisioningTarget target, string location, DeploymentOutcome outcome)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the file when its content changes.</summary>
    /// <exception cref="CakeException">The deployment has not the outputs of infra/main.bicep.</exception>
    public async Task WriteAsync(BuildContext context, SubscriptionClient client)
    {
        var datastore = await client.ReadDatastoreAsync(
            Output("resourceGroup"),
            Output("workspace"),
            Output("datastore"),
            context.Cancellation
        );
        var path = Path.Combine(context.Root, target.File);
        var before = File.Exists(path) ? await File.ReadAllTextAsync(path, context.Cancellation) : null;
        var text = Create(context.Root, before is null ? [] : (JsonObject)JsonNode.Parse(before)!, datastore).ToJsonString(Format) + "\n";
        EnvironmentConfigReader.Parse(text, target.File);
        var change =
            before is null ? "created"
            : before == text ? "unchanged"
            : "updated";
        if (before != text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, text, context.Cancellation);
        }

        context.Report("Environment", $"{target.File}: {change}");
    }

    private JsonObject Create(string root, JsonObject file, DeployedDatastore datastore)
    {
        file["AML_TENANT_ID"] = Output("tenantId");
        file["AML_SUBSCRIPTION_ID"] = target.SubscriptionId;
        file["AML_RESOURCE_GROUP"] = Output("resourceGroup");
        file["AML_WORKSPACE_NAME"] = Output("workspace");
        file["LOCATION"] = location;
        file["REGISTRY"] = Output("registry");
        file["IMAGE_REPOSITORY"] = Output("imageRepository");
        file["COMPUTE_IDENTITY"] = Output("computeIdentity");
        if (target.Endpoint is { } endpoint)
            file["ENDPOINT"] = endpoint.OriginalString;
        var datastores = file["DATASTORES"] as JsonObject ?? [];
        datastores[datastore.Name] = datastore.Folder is { } folder
            ? new JsonObject { ["FOLDER"] = Path.GetRelativePath(root, folder).Replace('\\', '/') }
            : new JsonObject
            {
                ["TYPE"] = "AzureBlob",
                ["ACCOUNT"] = datastore.Account,
                ["CONTAINER"] = datastore.Container,
                ["AUTH"] = "identity",
            };
        file["DATASTORES"] = datastores.DeepClone();
        return file;
    }

    private string Output(string name) =>
        outcome.Outputs.GetValueOrDefault(name)
        ?? throw new CakeException($"The deployment has no output '{name}'; infra/main.bicep must declare it.");
}
