using System.Text.Json;
using Azure.Core;
using Workspaces.Deployments.Requests;
using Workspaces.Errors;

namespace Workspaces.Deployments;

/// <summary>Deploys templates to a subscription.</summary>
/// <remarks>
/// Source: Deployments of Microsoft.Resources, api-version 2024-03-01,
/// <see href="https://learn.microsoft.com/rest/api/resources/deployments"/>.
/// </remarks>
/// <param name="connection">The subscription.</param>
/// <param name="time">Clock and timers.</param>
/// <param name="settings">Pauses and deadline; null: the defaults.</param>
public sealed class SubscriptionClient(SubscriptionConnection connection, TimeProvider time, DeploymentSettings? settings = null)
{
    private const string Version = "2024-03-01";
    private const string DatastoreVersion = "2024-10-01";
    private const string NestedType = "Microsoft.Resources/deployments";
    private readonly ArmRequests requests = new(connection);
    private readonly DeploymentSettings settings = settings ?? new DeploymentSettings();

    /// <summary>Gets the path of the subscription.</summary>
    public string SubscriptionPath => $"/subscriptions/{connection.SubscriptionId}";

    internal ArmRequests Requests => requests;

    /// <summary>Returns what a deployment would change. Nothing is changed.</summary>
    /// <exception cref="WorkspaceException">The template or its parameters are refused, with every error of the service.</exception>
    public async Task<IReadOnlyList<PlannedChange>> CompareAsync(DeploymentRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var answer = await requests.SendAsync(
            RequestMethod.Post,
            PathOf(request.Name) + "/whatIf",
            Version,
            request.ToBody(isWhatIf: true),
            cancellationToken,
            200,
            202
        );
        answer = await FinishAsync(answer, "The comparison with the subscription", cancellationToken);
        if (DeploymentJson.Text(answer.Body, "status") is not "Succeeded")
            throw Failure("The template would be refused:", answer.Body.Member("error"));
        return [.. DeploymentJson.Items(answer.Body.Member("properties"), "changes").Select(PlannedChange.Read)];
    }

    /// <summary>Deploys, and waits until the deployment has ended.</summary>
    /// <param name="request">The deployment.</param>
    /// <param name="progress">Receives a line for each resource that was deployed or failed, and one at intervals while nothing
    /// changes.</param>
    /// <param name="cancellationToken">Cancels the wait; the service continues what it has begun.</param>
    /// <exception cref="WorkspaceException">The service refused, or the deployment failed, with every error of the service.</exception>
    public async Task<DeploymentOutcome> DeployAsync(
        DeploymentRequest request,
        IProgress<string> progress,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        var wait = new DeploymentWait($"Deployment '{request.Name}'", settings, time);
        var operations = new DeploymentOperations(requests, Version, progress);
        await requests.SendAsync(
            RequestMethod.Put,
            PathOf(request.Name),
            Version,
            request.ToBody(isWhatIf: false),
            cancellationToken,
            200,
            201
        );
        var reported = TimeSpan.Zero;
        while (true)
        {
            var deployment = await requests.SendAsync(RequestMethod.Get, PathOf(request.Name), Version, null, cancellationToken, 200);
            var properties = deployment.Body.Member("properties");
            var hasChanged = await operations.ReportAsync(PathOf(request.Name), cancellationToken);
            switch (DeploymentJson.Text(properties, "provisioningState"))
            {
                case "Succeeded":
                    return new DeploymentOutcome(OutputsOf(properties));
                case "Failed" or "Canceled":
                    throw Failure(
                        $"Deployment '{request.Name}' ended as {DeploymentJson.Text(properties, "provisioningState")}; what was deployed "
                            + "before stays. Fix the cause and run again:",
                        properties.Member("error")
                    );
            }

            if (hasChanged)
            {
                reported = wait.Elapsed;
            }
            else if (wait.Elapsed - reported >= settings.ReportInterval)
            {
                reported = wait.Elapsed;
                progress.Report($"{operations.Running} after {wait.Elapsed.TotalSeconds:0} s");
            }

            await wait.PauseAsync(deployment.RetryAfter, cancellationToken);
        }
    }

    /// <summary>Finds the outputs of the last deployment of a name.</summary>
    /// <returns>Null when there is no such deployment, or it did not succeed.</returns>
    public async Task<DeploymentOutcome?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await requests.SendAsync(RequestMethod.Get, PathOf(name), Version, null, cancellationToken, 200, 404);
        var properties = answer.Body.Member("properties");
        return answer.Status == 200 && DeploymentJson.Text(properties, "provisioningState") == "Succeeded"
            ? new DeploymentOutcome(OutputsOf(properties))
            : null;
    }

    /// <summary>Reads the place of a datastore of a deployed workspace.</summary>
    public async Task<DeployedDatastore> ReadDatastoreAsync(
        string resourceGroup,
        string workspace,
        string name,
        CancellationToken cancellationToken
    )
    {
        var path =
            $"{SubscriptionPath}/resourceGroups/{Uri.EscapeDataString(resourceGroup)}"
            + $"/providers/Microsoft.MachineLearningServices/workspaces/{Uri.EscapeDataString(workspace)}"
            + $"/datastores/{Uri.EscapeDataString(name)}";
        var answer = await requests.SendAsync(RequestMethod.Get, path, DatastoreVersion, null, cancellationToken, 200);
        var properties = answer.Body.Member("properties");
        return new DeployedDatastore(
            name,
            DeploymentJson.Text(properties, "accountName") ?? "",
            DeploymentJson.Text(properties, "containerName") ?? "",
            DeploymentJson.Text(properties, "protocol") == "file" ? DeploymentJson.Text(properties, "endpoint") : null
        );
    }

    /// <summary>Deletes the record of a deployment, and no resource.</summary>
    internal Task ForgetAsync(string name, CancellationToken cancellationToken) =>
        requests.SendAsync(RequestMethod.Delete, PathOf(name), Version, null, cancellationToken, 200, 202, 204, 404);

    /// <summary>Polls an operation until it has ended.</summary>
    internal async Task<ArmAnswer> FinishAsync(ArmAnswer answer, string what, CancellationToken cancellationToken)
    {
        var wait = new DeploymentWait(what, settings, time);
        while (answer.Status == 202)
        {
            if (answer.Location is not { } location)
                throw new WorkspaceException($"{what} was accepted without an address to poll; the response must have one.");
            await wait.PauseAsync(answer.RetryAfter, cancellationToken);
            answer = await requests.FollowAsync(location, cancellationToken, 200, 202, 204);
        }

        return answer;
    }

    private string PathOf(string deployment) => $"{SubscriptionPath}/providers/{NestedType}/{Uri.EscapeDataString(deployment)}";

    private static WorkspaceException Failure(string sentence, JsonElement error) =>
        new(
            string.Join(Environment.NewLine, DeploymentErrors.Lines(error, 1).Prepend(sentence)),
            errorCode: DeploymentJson.Text(error, "code")
        );

    private static Dictionary<string, string> OutputsOf(JsonElement properties)
    {
        var outputs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (properties.Member("outputs") is not { ValueKind: JsonValueKind.Object } all)
            return outputs;
        foreach (var output in all.EnumerateObject())
        {
            if (DeploymentJson.Text(output.Value, "value") is { } value)
                outputs[output.Name] = value;
        }

        return outputs;
    }
}
