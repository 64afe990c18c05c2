using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Computes;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Faults;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

internal static class ComputeEndpoints
{
    private const string Area = "Computes";

    public static void MapComputes(this RouteGroupBuilder workspace)
    {
        workspace.MapGet("/computes", List).Emulates(Area, "Compute_List");
        workspace
            .MapPut("/computes/{computeName}", Put)
            .Emulates(
                Area,
                "Compute_CreateOrUpdate",
                "AmlCompute only. A new cluster gets 201 and is Creating for `--provisioning-milliseconds`; a change of scale settings "
                    + "gets 200 and applies at once."
            );
        workspace.MapGet("/computes/{computeName}", Get).Emulates(Area, "Compute_Get");
        workspace.MapPatch("/computes/{computeName}", Patch).Emulates(Area, "Compute_Update");
        workspace.MapDelete("/computes/{computeName}", Delete).Emulates(Area, "Compute_Delete", "409 while a job runs on it.");
        workspace.MapPost("/computes/{computeName}/listNodes", ListNodes).Emulates(Area, "Compute_ListNodes");
    }

    private static Ok<JsonObject> List(Workspace workspace, HttpRequest request, EmulatorAddress address, TimeProvider time) =>
        TypedResults.Ok(
            Paging.Page(
                request,
                address.Endpoint,
                [.. workspace.Computes.List().Select(document => Render(workspace, document, time)).OfType<JsonObject>()]
            )
        );

    private static Results<Ok<JsonObject>, Created<JsonObject>, JsonHttpResult<ArmErrorResponse>> Put(
        Workspace workspace,
        string computeName,
        JsonBody body,
        HttpContext context,
        WorkspaceStore workspaces,
        OperationStore operations,
        JobScheduler scheduler,
        Quotas quotas,
        ClusterFactory clusters,
        EmulatorAddress address,
        TimeProvider time
    )
    {
        if (body.Json is not { } json)
            return ArmErrors.BadRequest("The request body must be a JSON object.", "InvalidRequestContent");
        if (!ResourceNames.Compute().IsMatch(computeName))
        {
            return ArmErrors.BadRequest(
                ResourceNames.Fault("The compute name", computeName, ResourceNames.Compute()),
                "InvalidResourceName"
            );
        }

        var (settings, fault) = ClusterSettings.Read(json, workspaces.LocationOf(workspace));
        if (settings is null)
            return ArmErrors.BadRequest(fault!, "InvalidPropertyValue");

        var cluster = workspace.Clusters.GetValueOrDefault(computeName);
        if (cluster is not null && cluster.Settings.Size != settings.Size)
        {
            return ArmErrors.BadRequest(
                $"The VM size of compute '{computeName}' is {cluster.Settings.Size.Name} and cannot be changed to {settings.Size.Name}; "
                    + "delete the compute first.",
                "InvalidPropertyValue"
            );
        }

        if (quotas.Fault(workspace, cluster, settings) is { } quota)
            return ArmErrors.BadRequest(quota.Message, quota.Code);
        var failure = (context.Features.Get<FaultEffect>() as FailedProvisioning)?.Error;
        var (document, _) = workspace.Computes.Put(computeName, Stored(json, workspaces.LocationOf(workspace), failure));
        if (cluster is { Failure: null })
        {
            if (failure is null)
                cluster.Resize(settings, time.GetUtcNow());
            else
                cluster.Fail(failure);
            scheduler.Wake();
            // Python's client reads the response itself only once; it needs an operation to follow.
            LongRunningResponses.SetStatusAddress(context, operations.Begin(() => true, failure), workspace, workspaces, address);
            return TypedResults.Ok(Render(workspace, document, time)!);
        }

        cluster?.Provision(settings, failure, time.GetUtcNow());
        var made = cluster ?? clusters.Create(document.Name, settings, failure);
        workspace.Clusters[document.Name] = made;
        scheduler.Wake();
        var operation = operations.Begin(() => made.Snapshot(time.GetUtcNow()).ProvisioningState != "Creating", failure);
        LongRunningResponses.SetStatusAddress(context, operation, workspace, workspaces, address);
        return TypedResults.Created((string?)null, Render(workspace, document, time)!);
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> Get(
        Workspace workspace,
        string computeName,
        TimeProvider time
    ) =>
        workspace.Computes.Find(computeName) is { } document && Render(workspace, document, time) is { } resource
            ? TypedResults.Ok(resource)
            : NotFound(workspace, computeName);

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> Patch(
        Workspace workspace,
        string computeName,
        JsonBody body,
        WorkspaceStore workspaces,
        JobScheduler scheduler,
        Quotas quotas,
        TimeProvider time
    )
    {
        if (workspace.Computes.Find(computeName) is not { } document || !workspace.Clusters.TryGetValue(computeName, out var cluster))
            return NotFound(workspace, computeName);
        if (body.Json.Object("properties").Object("properties").Object("scaleSettings") is not { } scale)
        {
            return ArmErrors.BadRequest(
                "properties.properties.scaleSettings is missing; it is what a compute's PATCH changes.",
                "InvalidPropertyValue"
            );
        }

        document.Body.Object("properties").Object("properties")!["scaleSettings"] = scale.DeepClone();
        var (settings, fault) = ClusterSettings.Read(document.Body, workspaces.LocationOf(workspace));
        if (settings is null)
            return ArmErrors.BadRequest(fault!, "InvalidPropertyValue");
        if (quotas.Fault(workspace, cluster, settings) is { } quota)
            return ArmErrors.BadRequest(quota.Message, quota.Code);
        var (changed, _) = workspace.Computes.Put(document.Name, document.Body);
        cluster.Resize(settings, time.GetUtcNow());
        scheduler.Wake();
        return TypedResults.Ok(Render(workspace, changed, time)!);
    }

    private static Results<NoContent, Accepted, JsonHttpResult<ArmErrorResponse>> Delete(
        Workspace workspace,
        string computeName,
        HttpContext context,
        WorkspaceStore workspaces,
        OperationStore operations,
        JobScheduler scheduler,
        EmulatorAddress address,
        TimeProvider time
    )
    {
        if (context.Request.Query["underlyingResourceAction"].ToString() is not ("Delete" or "Detach"))
        {
            return ArmErrors.BadRequest(
                "The query parameter underlyingResourceAction is missing; it must be Delete or Detach.",
                "InvalidParameter"
            );
        }
        // A deleted cluster may still be listed for a moment.
        if (
            !workspace.Clusters.TryGetValue(computeName, out var cluster)
            || cluster.Snapshot(time.GetUtcNow()) is var snapshot && snapshot.ProvisioningState == "Deleted"
        )
        {
            return TypedResults.NoContent();
        }

        var jobs = snapshot.Nodes.Select(node => node.RunId).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        if (jobs.Count > 0)
            return ArmErrors.Conflict($"Compute '{computeName}' runs {string.Join(", ", jobs)}; cancel or await its jobs first.");

        cluster.BeginDelete(time.GetUtcNow());
        scheduler.Wake();
        var operation = operations.Begin(() => !workspace.Clusters.TryGetValue(computeName, out var left) || left != cluster);
        LongRunningResponses.SetStatusAddress(context, operation, workspace, workspaces, address);
        return TypedResults.Accepted(
            operation.ResultAddress(
                address.Endpoint,
                workspace.Name.SubscriptionId,
                workspaces.LocationOf(workspace),
                context.Request.Query["api-version"].ToString()
            )
        );
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> ListNodes(
        Workspace workspace,
        string computeName,
        TimeProvider time
    )
    {
        if (!workspace.Clusters.TryGetValue(computeName, out var cluster))
            return NotFound(workspace, computeName);
        var nodes = cluster
            .Snapshot(time.GetUtcNow())
            .Nodes.Select(node =>
            {
                var json = new JsonObject
                {
                    ["nodeId"] = node.Id,
                    ["privateIpAddress"] = node.PrivateAddress,
                    ["port"] = 50000,
                    ["nodeState"] = node.State.ToString().ToLowerInvariant(),
                };
                if (node.RunId is { } run)
                    json["runId"] = run;
                return (JsonNode)json;
            });
        return TypedResults.Ok(new JsonObject { ["nodes"] = nodes.ToJsonArray() });
    }

    /// <summary>Returns what is stored: everything except the password, which is not used.</summary>
    private static JsonObject Stored(JsonObject body, string location, ArmError? failure)
    {
        var kept = body.Clone().WithoutNulls();
        kept["location"] ??= location;
        kept.Object("properties").Object("properties").Object("userAccountCredentials")?.Remove("adminUserPassword");
        foreach (var readOnly in new[] { "id", "name", "type", "systemData" })
            kept.Remove(readOnly);
        kept.Object("properties")!.Remove(ClusterSettings.Failure);
        if (failure is not null)
            kept.Object("properties")![ClusterSettings.Failure] = new JsonArray(new JsonObject { ["error"] = failure.ToJson() });
        return kept;
    }

    private static JsonObject? Render(Workspace workspace, ArmDocument document, TimeProvider time)
    {
        if (!workspace.Clusters.TryGetValue(document.Name, out var cluster))
            return null;
        var now = cluster.Snapshot(time.GetUtcNow());
        var properties = document.Body.Object("properties")!;
        properties["computeLocation"] ??= document.Body["location"]?.DeepClone();
        properties["provisioningState"] = now.ProvisioningState;
        if (now.ProvisioningState != "Failed")
            properties.Remove(ClusterSettings.Failure);
        properties["createdOn"] = document.CreatedAt.ToString("O");
        properties["modifiedOn"] = document.ModifiedAt.ToString("O");
        properties["isAttachedCompute"] = false;
        var own = properties.Object("properties")!;
        own["osType"] ??= "Linux";
        own["vmPriority"] ??= "Dedicated";
        own["allocationState"] = now.AllocationState;
        own["allocationStateTransitionTime"] = now.AllocationChangedAt.ToString("O");
        own["currentNodeCount"] = now.Nodes.Count;
        own["targetNodeCount"] = now.TargetNodes;
        own["nodeStateCounts"] = new JsonObject
        {
            ["idleNodeCount"] = now.Count(NodeState.Idle),
            ["runningNodeCount"] = now.Count(NodeState.Running),
            ["preparingNodeCount"] = now.Count(NodeState.Preparing),
            ["unusableNodeCount"] = 0,
            ["leavingNodeCount"] = now.Count(NodeState.Leaving),
            ["preemptedNodeCount"] = now.Count(NodeState.Preempted),
        };
        var resource = document.Render(
            $"{workspace.ArmId}/computes/{document.Name}",
            "Microsoft.MachineLearningServices/workspaces/computes",
            properties.Clone()
        );
        foreach (var member in new[] { "location", "tags", "identity", "sku" })
        {
            if (document.Body[member] is { } value)
                resource[member] = value.DeepClone();
        }

        return resource;
    }

    private static JsonHttpResult<ArmErrorResponse> NotFound(Workspace workspace, string name) =>
        ArmErrors.NotFound($"Compute '{name}' was not found in workspace '{workspace.Name.Name}'.");
}
