using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Arm;
using WorkspaceEmulator.Computes;
using WorkspaceEmulator.Resources;

namespace WorkspaceEmulator.Endpoints;

/// <summary>VM sizes, usages, and the polling of long-running operations.</summary>
internal static class LocationEndpoints
{
    private const string Area = "Locations";
    private const string PollingRemark = "Also under `{SUB}/providers/Microsoft.MachineLearningServices/locations/…`. Take the address from the response header.";
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(10);

    public static void MapLocations(this RouteGroupBuilder arm)
    {
        arm.MapGet(Routes.Location + "/vmSizes", ListSizes).Emulates(Area, "VirtualMachineSizes_List", "A table of twelve sizes; no prices.");
        arm.MapGet(Routes.Location + "/usages", ListUsages).Emulates(Area, "Usages_List", "The vCPUs of running nodes; each quota is 100.");
        arm.MapGet(Routes.Subscription + "/locations/{location}/computeOperationsStatus/{operationId}", GetStatus).Emulates(Area, "computeOperationsStatus", PollingRemark);
        arm.MapGet(Routes.Subscription + "/locations/{location}/mfeOperationResults/{operationId}", GetResult).Emulates(Area, "mfeOperationResults", PollingRemark);
        arm.MapGet(Routes.Location + "/computeOperationsStatus/{operationId}", GetStatus).Emulates(Area, "computeOperationsStatus");
        arm.MapGet(Routes.Location + "/mfeOperationResults/{operationId}", GetResult).Emulates(Area, "mfeOperationResults");
    }

    private static Ok<JsonObject> ListSizes() => TypedResults.Ok(new JsonObject
    {
        ["value"] = VmSize.All.Select(size => (JsonNode)new JsonObject
        {
            ["name"] = size.Name,
            ["family"] = size.Family,
            ["vCPUs"] = size.Cores,
            ["gpus"] = size.Gpus,
            ["osVhdSizeMB"] = 131072,
            ["maxResourceVolumeMB"] = size.ResourceVolumeMegabytes,
            ["memoryGB"] = size.MemoryGigabytes,
            ["lowPriorityCapable"] = size.LowPriorityCapable,
            ["premiumIO"] = true,
            ["supportedComputeTypes"] = new JsonArray("AmlCompute"),
        }).ToJsonArray(),
    });

    private static Ok<JsonObject> ListUsages(string subscriptionId, string location, WorkspaceStore workspaces, TimeProvider time)
    {
        var clusters = workspaces.All.Where(workspace => workspace.Name.SubscriptionId.Equals(subscriptionId, StringComparison.OrdinalIgnoreCase))
            .SelectMany(workspace => workspace.Clusters.Values).ToList();
        var usages = VmSize.All.GroupBy(size => size.Family, StringComparer.Ordinal).Select(family => Usage(
            $"{family.Key.Replace(" vCPUs", "", StringComparison.Ordinal)} Cluster Dedicated vCPUs",
            clusters.Where(cluster => cluster.Settings.Size.Family == family.Key).Sum(cluster => cluster.Snapshot(time.GetUtcNow()).Nodes.Count * cluster.Settings.Size.Cores)));
        var total = clusters.Sum(cluster => cluster.Snapshot(time.GetUtcNow()).Nodes.Count * cluster.Settings.Size.Cores);
        return TypedResults.Ok(new JsonObject
        {
            ["value"] = usages.Append(Usage("Total Cluster Dedicated Regional vCPUs", total)).Append(Usage("Clusters", clusters.Count)).ToJsonArray(),
        });

        JsonNode Usage(string name, int current) => new JsonObject
        {
            ["id"] = $"/subscriptions/{subscriptionId}{Routes.Provider}/locations/{location}/usages/{name.Replace(" ", "", StringComparison.Ordinal)}",
            ["amlWorkspaceLocation"] = location,
            ["type"] = "Microsoft.MachineLearningServices/vmFamily/usages",
            ["unit"] = "Count",
            ["currentValue"] = current,
            ["limit"] = VmSize.QuotaCores,
            ["name"] = new JsonObject { ["value"] = name, ["localizedValue"] = name },
        };
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> GetStatus(string operationId, HttpRequest request, OperationStore operations)
    {
        if (operations.Find(operationId) is not { } operation)
            return Unknown(operationId);
        var isDone = operation.IsDone();
        var status = new JsonObject
        {
            ["id"] = request.Path.ToString(),
            ["name"] = operation.Id,
            ["status"] = !isDone ? "InProgress" : operation.Failure is null ? "Succeeded" : "Failed",
            ["startTime"] = operation.StartedAt.ToString("O"),
        };
        if (isDone && operation.Failure is { } failure)
            status["error"] = failure.ToJson();
        return TypedResults.Ok(status);
    }

    private static Results<Ok, Accepted, JsonHttpResult<ArmErrorResponse>> GetResult(string operationId, HttpContext context, OperationStore operations)
    {
        if (operations.Find(operationId) is not { } operation)
            return Unknown(operationId);
        if (operation.IsDone())
            return TypedResults.Ok();
        context.Response.Headers.RetryAfter = PollInterval.TotalSeconds.ToString();
        return TypedResults.Accepted($"{context.Request.Scheme}://{context.Request.Host}{context.Request.Path}{context.Request.QueryString}");
    }

    private static JsonHttpResult<ArmErrorResponse> Unknown(string id) =>
        ArmErrors.NotFound($"Operation '{id}' was not found; operations are forgotten when the emulator stops.");
}
