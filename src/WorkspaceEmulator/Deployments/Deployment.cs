using System.Globalization;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Deployments.Templates;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Deployments;

/// <summary>Represents a deployment with its operations.</summary>
internal sealed class Deployment(
    DeploymentScope scope,
    JsonObject? tags,
    TimeProvider time,
    Func<DeploymentScope, IDeploymentJournal> beginNested
) : IDeploymentJournal
{
    private readonly Lock gate = new();
    private readonly List<JsonObject> operations = [];
    private readonly DateTimeOffset started = time.GetUtcNow();
    private DateTimeOffset changed = time.GetUtcNow();
    private JsonObject? outputs;
    private DeploymentError? failure;

    /// <summary>Gets the scope and the name.</summary>
    public DeploymentScope Scope => scope;

    /// <summary>Gets Accepted, Running, Succeeded, Failed or Canceled.</summary>
    public string State { get; private set; } = "Accepted";

    /// <summary>Gets whether the deployment has ended.</summary>
    public bool HasEnded => State is "Succeeded" or "Failed" or "Canceled";

    /// <summary>Gets the id that all operations of the deployment share.</summary>
    public string CorrelationId { get; } = Guid.NewGuid().ToString();

    /// <summary>Gets what cancels it.</summary>
    public CancellationTokenSource Cancellation { get; } = new();

    public void Run() => Change(() => State = "Running");

    public void Begin(string id, string type) =>
        Change(() =>
            operations.Add(
                new JsonObject
                {
                    ["id"] = $"{scope.DeploymentId}/operations/{Guid.NewGuid():N}",
                    ["operationId"] = Guid.NewGuid().ToString("N"),
                    ["properties"] = new JsonObject
                    {
                        ["provisioningOperation"] = "Create",
                        ["provisioningState"] = "Running",
                        ["timestamp"] = time.GetUtcNow().ToString("O"),
                        ["duration"] = "PT0S",
                        ["trackingId"] = Guid.NewGuid().ToString(),
                        ["targetResource"] = new JsonObject
                        {
                            ["id"] = id,
                            ["resourceType"] = type,
                            ["resourceName"] = NameIn(id),
                        },
                    },
                }
            )
        );

    public void Succeed(string id) => Complete(id, "Succeeded", "OK", null);

    public void Fail(string id, DeploymentError error) => Complete(id, "Failed", "BadRequest", error);

    public IDeploymentJournal BeginNested(DeploymentScope nested) => beginNested(nested);

    public void End(JsonObject values) =>
        Change(() =>
        {
            outputs = values.Clone();
            State = "Succeeded";
        });

    public void End(DeploymentError error) =>
        Change(() =>
        {
            failure = error;
            State = "Failed";
        });

    public void Cancel() =>
        Change(() =>
        {
            if (!HasEnded)
                State = "Canceled";
        });

    /// <summary>Returns the operations in the order in which they began.</summary>
    public IReadOnlyList<JsonObject> Operations()
    {
        lock (gate)
            return [.. operations.Select(operation => operation.Clone())];
    }

    /// <summary>Returns the deployment as the service does.</summary>
    public JsonObject Render()
    {
        lock (gate)
        {
            var properties = new JsonObject
            {
                ["provisioningState"] = State,
                ["correlationId"] = CorrelationId,
                ["timestamp"] = changed.ToString("O"),
                ["duration"] = Duration(changed - started),
                ["mode"] = "Incremental",
                ["outputResources"] = operations
                    .Where(operation => operation.Object("properties").Text("provisioningState") == "Succeeded")
                    .Select(operation => (JsonNode)new JsonObject { ["id"] = operation["properties"].Object("targetResource").Text("id") })
                    .ToJsonArray(),
            };
            if (outputs is not null)
                properties["outputs"] = outputs.Clone();
            if (failure is not null)
                properties["error"] = failure.ToJson();
            var deployment = new JsonObject
            {
                ["id"] = scope.DeploymentId,
                ["name"] = scope.DeploymentName,
                ["type"] = "Microsoft.Resources/deployments",
                ["properties"] = properties,
            };
            if (scope.ResourceGroup is null)
                deployment["location"] = scope.Location;
            if (tags is not null)
                deployment["tags"] = tags.Clone();
            return deployment;
        }
    }

    private void Complete(string id, string state, string statusCode, DeploymentError? error) =>
        Change(() =>
        {
            var properties = operations
                .FindLast(operation => operation["properties"].Object("targetResource").Text("id") == id)
                .Object("properties")!;
            properties["provisioningState"] = state;
            properties["statusCode"] = statusCode;
            properties["duration"] = Duration(
                time.GetUtcNow() - DateTimeOffset.Parse(properties.Text("timestamp")!, CultureInfo.InvariantCulture)
            );
            if (error is not null)
                properties["statusMessage"] = new JsonObject { ["status"] = "Failed", ["error"] = error.ToJson() };
        });

    private void Change(Action change)
    {
        lock (gate)
        {
            change();
            changed = time.GetUtcNow();
        }
    }

    private static string Duration(TimeSpan time) => System.Xml.XmlConvert.ToString(time);

    private static string NameIn(string id) => id[(id.LastIndexOf('/') + 1)..];
}
