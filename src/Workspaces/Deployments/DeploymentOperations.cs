using System.Text.Json;
using Workspaces.Deployments.Requests;

namespace Workspaces.Deployments;

/// <summary>Reports the operations of a deployment and of its modules, each once when it has ended.</summary>
/// <param name="requests">Sends the requests.</param>
/// <param name="version">The api-version.</param>
/// <param name="progress">Receives the lines.</param>
internal sealed class DeploymentOperations(ArmRequests requests, string version, IProgress<string> progress)
{
    private const string NestedType = "Microsoft.Resources/deployments";
    private readonly HashSet<string> reported = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> finished = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> running = [];

    /// <summary>Gets the resources that are being deployed, for a line of progress.</summary>
    public string Running => running.Count == 0 ? "Still deploying" : $"Still deploying {string.Join(", ", running)}";

    /// <summary>Reads the operations and reports those that have ended since the last time.</summary>
    /// <param name="path">Path of the deployment.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>Whether something was reported.</returns>
    public Task<bool> ReportAsync(string path, CancellationToken cancellationToken)
    {
        running.Clear();
        return ReportOneAsync(path, cancellationToken);
    }

    private async Task<bool> ReportOneAsync(string path, CancellationToken cancellationToken)
    {
        var hasReported = false;
        // A module that has just begun has no record yet.
        foreach (var operation in await requests.ListAsync(path + "/operations", version, cancellationToken, 404))
        {
            var properties = operation.Member("properties");
            var target = properties.Member("targetResource");
            if (DeploymentJson.Text(target, "id") is not { } id)
                continue; // the evaluation of outputs
            var state = DeploymentJson.Text(properties, "provisioningState") ?? "Running";
            var hasEnded = state is "Succeeded" or "Failed" or "Canceled";
            if (DeploymentJson.Text(target, "resourceType") is NestedType)
            {
                if (!finished.Contains(id))
                    hasReported |= await ReportOneAsync(id, cancellationToken);
                if (hasEnded)
                    finished.Add(id);
            }
            else if (!hasEnded)
            {
                running.Add(ResourceNames.NameOf(id));
            }
            else if (reported.Add(id))
            {
                hasReported = true;
                Report(id, state, properties);
            }
        }

        return hasReported;
    }

    private void Report(string id, string state, JsonElement properties)
    {
        progress.Report($"{state.ToLowerInvariant()}: {ResourceNames.TypeOf(id)} {ResourceNames.NameOf(id)}");
        if (state == "Failed")
        {
            foreach (var line in DeploymentErrors.Lines(properties.Member("statusMessage").Member("error"), 1))
                progress.Report(line);
        }
    }
}
