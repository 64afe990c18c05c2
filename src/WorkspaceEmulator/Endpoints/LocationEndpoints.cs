using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Computes;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

/// <summary>Maps VM sizes, usages, and the polling of long-running operations.</summary>
internal static class LocationEndpoints
{
    private const string Area = "Locations";
    private const string PollingRemark =
        "Also under `{SUB}/providers/Microsoft.MachineLearningServices/locations/…`. Take the address from the response header.";
    private static readonly string[] Emulated =
    [
        "workspaces",
        "workspaces/codes",
        "workspaces/components",
        "workspaces/computes",
        "workspaces/data",
        "workspaces/datastores",
        "workspaces/environments",
        "workspaces/jobs",
        "workspaces/models",
    ];
    private static readonly string[] Verbs = ["read", "write", "delete"];
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(10);

    public static void MapLocations(this RouteGroupBuilder arm)
    {
        arm.MapGet(Routes.Location + "/vmSizes", ListSizes)
            .Emulates(
                Area,
                "VirtualMachineSizes_List",
                "A selection of Azure's sizes; some exist only in some regions. Prices are estimates, and some are missing."
            );
        arm.MapGet(Routes.Location + "/usages", ListUsages)
            .Emulates(
                Area,
                "Usages_List",
                "The vCPUs of existing nodes, by family and in total, and the clusters of the region. `--quota` sets the limits; the "
                    + "defaults are 100 per family, 300 in total and 200 clusters."
            );
        arm.MapGet(Routes.Location + "/quotas", ListQuotas)
            .Emulates(Area, "Quotas_List", "The limits of the usages, which `--quota` sets.");
        arm.MapGet(Routes.Provider + "/operations", ListOperations).Emulates(Area, "Operations_List", "Those of the emulated resources.");
        arm.MapGet(Routes.Subscription + "/locations/{location}/computeOperationsStatus/{operationId}", GetStatus)
            .Emulates(Area, "computeOperationsStatus", PollingRemark);
        arm.MapGet(Routes.Subscription + "/locations/{location}/mfeOperationResults/{operationId}", GetResult)
            .Emulates(Area, "mfeOperationResults", PollingRemark);
        arm.MapGet(Routes.Location + "/computeOperationsStatus/{operationId}", GetStatus).Emulates(Area, "computeOperationsStatus");
        arm.MapGet(Routes.Location + "/mfeOperationResults/{operationId}", GetResult).Emulates(Area, "mfeOperationResults");
    }

    private static Ok<JsonObject> ListSizes(string location) =>
        TypedResults.Ok(new JsonObject { ["value"] = VmSize.In(location).Select(size => (JsonNode)Render(size)).ToJsonArray() });

    private static JsonObject Render(VmSize size)
    {
        var json = new JsonObject
        {
            ["name"] = size.Name,
            ["family"] = $"standard{size.Family}Family",
            ["vCPUs"] = size.Cores,
            ["gpus"] = size.Gpus,
            ["osVhdSizeMB"] = 131072,
            ["maxResourceVolumeMB"] = size.DiskGigabytes * 1024,
            ["memoryGB"] = size.MemoryGigabytes,
            ["lowPriorityCapable"] = size.IsLowPriorityCapable,
            ["premiumIO"] = true,
            ["supportedComputeTypes"] = new JsonArray("AmlCompute"),
        };
        if (size.Price is not null)
        {
            json["estimatedVMPrices"] = new JsonObject
            {
                ["billingCurrency"] = "USD",
                ["unitOfMeasure"] = "OneHour",
                ["values"] = size
                    .Prices.Select(price =>
                        (JsonNode)
                            new JsonObject
                            {
                                ["retailPrice"] = price.Price,
                                ["osType"] = price.System,
                                ["vmTier"] = price.Tier,
                            }
                    )
                    .ToJsonArray(),
            };
        }

        return json;
    }

    private static Ok<JsonObject> ListUsages(string subscriptionId, string location, Quotas quotas) =>
        TypedResults.Ok(
            new JsonObject
            {
                ["value"] = QuotaNames
                    .All.Select(name =>
                        (JsonNode)
                            new JsonObject
                            {
                                ["id"] =
                                    $"/subscriptions/{subscriptionId}{Routes.Provider}/locations/{location}/usages/"
                                    + name.Replace(" ", "", StringComparison.Ordinal),
                                ["amlWorkspaceLocation"] = location,
                                ["type"] = "Microsoft.MachineLearningServices/vmFamily/usages",
                                ["unit"] = "Count",
                                ["currentValue"] = quotas.UsageOf(name, subscriptionId, location),
                                ["limit"] = quotas.LimitOf(name),
                                ["name"] = new JsonObject { ["value"] = name, ["localizedValue"] = name },
                            }
                    )
                    .ToJsonArray(),
            }
        );

    private static Ok<JsonObject> ListQuotas(string subscriptionId, string location, Quotas quotas) =>
        TypedResults.Ok(
            new JsonObject
            {
                ["value"] = QuotaNames
                    .All.Select(name =>
                        (JsonNode)
                            new JsonObject
                            {
                                ["id"] =
                                    $"/subscriptions/{subscriptionId}{Routes.Provider}/locations/{location}/quotas/"
                                    + name.Replace(" ", "", StringComparison.Ordinal),
                                ["amlWorkspaceLocation"] = location,
                                ["type"] = "Microsoft.MachineLearningServices/vmFamily/quotas",
                                ["unit"] = "Count",
                                ["limit"] = quotas.LimitOf(name),
                                ["name"] = new JsonObject { ["value"] = name, ["localizedValue"] = name },
                            }
                    )
                    .ToJsonArray(),
            }
        );

    private static Ok<JsonObject> ListOperations()
    {
        var operations = Emulated.SelectMany(_ => Verbs, (type, verb) => (type, verb));
        return TypedResults.Ok(
            new JsonObject
            {
                ["value"] = operations
                    .Select(
                        JsonNode? (each) =>
                            new JsonObject
                            {
                                ["name"] = $"Microsoft.MachineLearningServices/{each.type}/{each.verb}",
                                ["display"] = new JsonObject
                                {
                                    ["provider"] = "Microsoft Machine Learning Services",
                                    ["resource"] = each.type,
                                    ["operation"] = each.verb,
                                    ["description"] = $"{each.verb} {each.type}",
                                },
                            }
                    )
                    .ToJsonArray(),
            }
        );
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> GetStatus(
        string operationId,
        HttpContext context,
        OperationStore operations
    )
    {
        if (operations.Find(operationId) is not { } operation)
            return Unknown(operationId);
        var isDone = operation.IsDone();
        if (!isDone)
            context.Response.Headers[LongRunningOperation.PauseHeader] = LongRunningOperation.Pause;
        var status = new JsonObject
        {
            ["id"] = context.Request.Path.ToString(),
            ["name"] = operation.Id,
            ["status"] =
                !isDone ? "InProgress"
                : operation.Failure is null ? "Succeeded"
                : "Failed",
            ["startTime"] = operation.StartedAt.ToString("O"),
        };
        if (isDone && operation.Failure is { } failure)
            status["error"] = failure.ToJson();
        return TypedResults.Ok(status);
    }

    private static Results<Ok, Accepted, JsonHttpResult<ArmErrorResponse>> GetResult(
        string operationId,
        HttpContext context,
        OperationStore operations
    )
    {
        if (operations.Find(operationId) is not { } operation)
            return Unknown(operationId);
        if (operation.IsDone())
            return TypedResults.Ok();
        context.Response.Headers.RetryAfter = PollInterval.TotalSeconds.ToString();
        return TypedResults.Accepted(
            $"{context.Request.Scheme}://{context.Request.Host}{context.Request.Path}{context.Request.QueryString}"
        );
    }

    private static JsonHttpResult<ArmErrorResponse> Unknown(string id) =>
        ArmErrors.NotFound($"Operation '{id}' was not found; operations are forgotten when the emulator stops.");
}
