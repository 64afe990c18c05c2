using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Deployments.Templates;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Wire.Versions;

namespace WorkspaceEmulator.Deployments;

/// <summary>Maps deployments of templates to a subscription.</summary>
internal static partial class DeploymentEndpoints
{
    public const string Area = "Deployments";
    private const string Deployment = "/providers/Microsoft.Resources/deployments/{deploymentName}";
    private const string OfSubscription = Routes.Subscription + Deployment;
    private const string OfGroup = Routes.ResourceGroup + Deployment;
    private const string Results = Routes.Subscription + "/operationresults/{operationId}";

    public static readonly string[] Versions =
    [
        "2021-04-01",
        "2022-09-01",
        "2024-03-01",
        "2024-07-01",
        "2024-11-01",
        "2025-03-01",
        "2025-04-01",
    ];

    public static void MapDeployments(this WebApplication application)
    {
        application
            .MapPut(OfSubscription, Put)
            .Emulates(
                Area,
                "Deployments_CreateOrUpdateAtSubscriptionScope",
                "Responds 201; poll with GET. Incremental, with the template in the body and symbolic names. Deploys one resource at "
                    + "a time."
            );
        application.MapGet(OfSubscription, Get).Emulates(Area, "Deployments_GetAtSubscriptionScope", "Until the emulator stops.");
        application
            .MapDelete(OfSubscription, Delete)
            .Emulates(Area, "Deployments_DeleteAtSubscriptionScope", "Responds 204 at once; deletes the record and no resource.");
        application
            .MapPost(OfSubscription + "/cancel", Cancel)
            .Emulates(Area, "Deployments_CancelAtSubscriptionScope", "Takes effect after the current resource.");
        application.MapPost(OfSubscription + "/validate", Validate).Emulates(Area, "Deployments_ValidateAtSubscriptionScope");
        application
            .MapPost(OfSubscription + "/whatIf", StartWhatIf)
            .Emulates(
                Area,
                "Deployments_WhatIfAtSubscriptionScope",
                "Responds 202. Compares with what was deployed, not with later changes."
            );
        application.MapGet(OfSubscription + "/operations", ListOperations).Emulates(Area, "DeploymentOperations_ListAtSubscriptionScope");
        application.MapGet(OfGroup, Get).Emulates(Area, "Deployments_Get", "Deployments of modules.");
        application.MapGet(OfGroup + "/operations", ListOperations).Emulates(Area, "DeploymentOperations_List", "Of modules.");
        application.MapGet(Results, GetResult).Emulates(Area, "operationresults", "Take the address from the response header.");
        application.MapResourceGroups();
    }

    /// <summary>Sets the headers by which a client follows an operation.</summary>
    public static void SetResultAddress(HttpContext context, string subscriptionId, string operationId, EmulatorAddress address)
    {
        var version = context.Request.Query["api-version"].ToString();
        context.Response.Headers.Location =
            $"{address.Endpoint.GetLeftPart(UriPartial.Authority)}/subscriptions/{subscriptionId}/operationresults/{operationId}"
            + $"?api-version={version}";
        context.Response.Headers.RetryAfter = "0";
    }

    private static Results<Created<JsonObject>, JsonHttpResult<ArmErrorResponse>> Put(
        HttpContext context,
        JsonBody body,
        DeploymentService deployments
    )
    {
        if (Read(context, body, out var scope, out var properties) is { } refused)
            return refused;
        return deployments.TryBegin(scope, properties, body.Json.Object("tags")) is { } deployment
            ? TypedResults.Created((string?)null, deployment.Render())
            : ArmErrors.Of(
                409,
                "DeploymentActive",
                $"Unable to edit or replace deployment '{scope.DeploymentName}': the previous deployment is still active."
            );
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> Get(HttpContext context, DeploymentService deployments)
    {
        if (ApiVersions.Check(context.Request, Versions) is { } refused)
            return refused;
        return deployments.Find(IdOf(context)) is { } deployment ? TypedResults.Ok(deployment.Render()) : NotFound(context);
    }

    private static Results<NoContent, JsonHttpResult<ArmErrorResponse>> Delete(HttpContext context, DeploymentService deployments)
    {
        if (ApiVersions.Check(context.Request, Versions) is { } refused)
            return refused;
        if (deployments.Find(IdOf(context)) is { HasEnded: false })
            return ArmErrors.Conflict("The deployment is still active; cancel it first.");
        deployments.Forget(IdOf(context));
        return TypedResults.NoContent();
    }

    private static Results<NoContent, JsonHttpResult<ArmErrorResponse>> Cancel(HttpContext context, DeploymentService deployments)
    {
        if (ApiVersions.Check(context.Request, Versions) is { } refused)
            return refused;
        if (deployments.Find(IdOf(context)) is not { } deployment)
            return NotFound(context);
        if (deployment.HasEnded)
        {
            return ArmErrors.Of(
                409,
                "DeploymentCannotBeCancelled",
                $"The deployment '{deployment.Scope.DeploymentName}' cannot be cancelled: its provisioning state is {deployment.State}."
            );
        }

        deployment.Cancellation.Cancel();
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<JsonObject>, JsonHttpResult<JsonObject>, JsonHttpResult<ArmErrorResponse>>> Validate(
        HttpContext context,
        JsonBody body,
        DeploymentService deployments
    )
    {
        if (Read(context, body, out var scope, out var properties) is { } refused)
            return refused;
        try
        {
            var ids = await deployments.ValidateAsync(scope, properties, context.RequestAborted);
            return TypedResults.Ok(
                new JsonObject
                {
                    ["id"] = scope.DeploymentId,
                    ["name"] = scope.DeploymentName,
                    ["type"] = "Microsoft.Resources/deployments",
                    ["properties"] = new JsonObject
                    {
                        ["provisioningState"] = "Succeeded",
                        ["validatedResources"] = ids.Select(id => (JsonNode)new JsonObject { ["id"] = id }).ToJsonArray(),
                    },
                }
            );
        }
        catch (TemplateException fault)
        {
            return Invalid(new DeploymentError(fault.Code, fault.Message, null, []));
        }
        catch (FailedDeploymentException failure)
        {
            return Invalid(failure.Error);
        }

        static JsonHttpResult<JsonObject> Invalid(DeploymentError error) =>
            TypedResults.Json(new JsonObject { ["error"] = error.ToJson() }, statusCode: StatusCodes.Status400BadRequest);
    }

    private static Results<Accepted, JsonHttpResult<ArmErrorResponse>> StartWhatIf(
        HttpContext context,
        JsonBody body,
        DeploymentService deployments,
        EmulatorAddress address
    )
    {
        if (Read(context, body, out var scope, out var properties) is { } refused)
            return refused;
        SetResultAddress(context, scope.SubscriptionId, deployments.BeginWhatIf(scope, properties), address);
        return TypedResults.Accepted((string?)null);
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> ListOperations(
        HttpContext context,
        DeploymentService deployments,
        EmulatorAddress address
    )
    {
        if (ApiVersions.Check(context.Request, Versions) is { } refused)
            return refused;
        return deployments.Find(IdOf(context)) is { } deployment
            ? TypedResults.Ok(Paging.Page(context.Request, address.Endpoint, deployment.Operations()))
            : NotFound(context);
    }

    private static async Task<Results<Ok, Ok<JsonObject>, Accepted, JsonHttpResult<ArmErrorResponse>>> GetResult(
        HttpContext context,
        string subscriptionId,
        string operationId,
        DeploymentService deployments,
        EmulatorAddress address
    )
    {
        if (deployments.FindResult(operationId) is not { } result)
            return ArmErrors.NotFound($"The operation '{operationId}' was not found.");
        if (!result.IsCompleted)
        {
            SetResultAddress(context, subscriptionId, operationId, address);
            return TypedResults.Accepted((string?)null);
        }

        var (body, failure) = await result;
        if (failure is not null)
            return ArmErrors.Of(409, failure.Code, failure.Message);
        return body is null ? TypedResults.Ok() : TypedResults.Ok(body);
    }

    /// <summary>Reads scope and properties of a request, or says why it is refused.</summary>
    private static JsonHttpResult<ArmErrorResponse>? Read(
        HttpContext context,
        JsonBody body,
        out DeploymentScope scope,
        out JsonObject properties
    )
    {
        var values = context.Request.RouteValues;
        var name = (string)values["deploymentName"]!;
        scope = new DeploymentScope((string)values["subscriptionId"]!, null, name, body.Json.Text("location") ?? "");
        properties = body.Json.Object("properties") ?? [];
        if (ApiVersions.Check(context.Request, Versions) is { } refused)
            return refused;
        if (!DeploymentName().IsMatch(name))
            return ArmErrors.BadRequest($"The deployment name is '{name}'; it must match {DeploymentName()}.", "InvalidDeploymentName");
        if (properties.Count == 0)
            return ArmErrors.BadRequest("The request content was invalid: properties is missing.", "InvalidRequestContent");
        return scope.Location.Length > 0
            ? null
            : ArmErrors.BadRequest("The location property is required for this deployment.", "LocationRequired");
    }

    private static string IdOf(HttpContext context)
    {
        var values = context.Request.RouteValues;
        return new DeploymentScope(
            (string)values["subscriptionId"]!,
            (string?)values["resourceGroup"],
            (string)values["deploymentName"]!,
            ""
        ).DeploymentId;
    }

    private static JsonHttpResult<ArmErrorResponse> NotFound(HttpContext context) =>
        ArmErrors.Of(404, "DeploymentNotFound", $"Deployment '{context.Request.RouteValues["deploymentName"]}' could not be found.");

    [System.Text.RegularExpressions.GeneratedRegex(
        @"^[-\w._()]{1,64}\z",
        System.Text.RegularExpressions.RegexOptions.None,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial System.Text.RegularExpressions.Regex DeploymentName();
}
