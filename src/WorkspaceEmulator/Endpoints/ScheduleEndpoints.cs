using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Schedules;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Submission;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

internal static class ScheduleEndpoints
{
    private const string Area = "Schedules";
    private const string CreateJob = "CreateJob";

    // Longer names leave the jobs of the schedule no room for the time.
    private const int LongestName = 230;

    public static void MapSchedules(this RouteGroupBuilder workspace)
    {
        workspace
            .MapGet("/schedules", List)
            .Emulates(Area, "Schedules_List", "`listViewType` filters; the default is EnabledOnly. `$skip` pages.");
        workspace
            .MapPut("/schedules/{name}", Put)
            .Emulates(
                Area,
                "Schedules_CreateOrUpdate",
                "Cron and recurrence; the action CreateJob, others get 501. The job is checked as by Jobs_CreateOrUpdate, and submitted as "
                    + "`NAME-yyyyMMddTHHmmssZ`. Responds at once."
            );
        workspace.MapGet("/schedules/{name}", Get).Emulates(Area, "Schedules_Get");
        workspace
            .MapDelete("/schedules/{name}", Delete)
            .Emulates(Area, "Schedules_Delete", "202; the schedule is deleted at once. Its jobs stay.");
    }

    private static Ok<JsonObject> List(Workspace workspace, HttpRequest request, EmulatorAddress address)
    {
        var view = request.Query["listViewType"].ToString();
        var found = workspace
            .Schedules.List()
            .Where(schedule =>
                view switch
                {
                    "All" => true,
                    "DisabledOnly" => !IsEnabled(schedule),
                    _ => IsEnabled(schedule),
                }
            );
        return TypedResults.Ok(Paging.Page(request, address.Endpoint, [.. found.Select(schedule => Render(workspace, schedule))]));
    }

    private static Results<Ok<JsonObject>, Created<JsonObject>, JsonHttpResult<ArmErrorResponse>> Put(
        Workspace workspace,
        string name,
        JsonBody body,
        HttpContext context,
        WorkspaceStore workspaces,
        OperationStore operations,
        JobScheduler scheduler,
        EmulatorAddress address,
        TimeProvider time
    )
    {
        if (!ResourceNames.Asset().IsMatch(name))
            return ArmErrors.BadRequest(ResourceNames.Fault("The schedule name", name, ResourceNames.Asset()), "InvalidResourceName");
        if (name.Length > LongestName)
        {
            return ArmErrors.BadRequest(
                $"The schedule name has {name.Length} characters; it must have at most {LongestName}, as the names of its jobs are longer.",
                "InvalidResourceName"
            );
        }

        if (body.Json.Object("properties")?.Clone().WithoutNulls() is not { } properties)
            return ArmErrors.BadRequest("properties is missing; it must describe the schedule.", "InvalidRequestContent");
        var existing = workspace.Schedules.Find(name);
        var (trigger, fault) = ScheduleTrigger.Read(properties.Object("trigger"), existing?.CreatedAt ?? time.GetUtcNow());
        if (trigger is null)
            return ArmErrors.BadRequest(fault!);
        if (ActionRefusal(name, properties.Object("action"), workspace) is { } refusal)
            return refusal;

        properties["isEnabled"] ??= true;
        properties.Remove("provisioningState");
        var (schedule, created) = workspace.Schedules.Put(name, properties);
        scheduler.Wake();
        // Python's client reads the response itself only once; it needs an operation to follow, after a change too.
        LongRunningResponses.SetStatusAddress(context, operations.Begin(() => true), workspace, workspaces, address);
        if (!created)
            return TypedResults.Ok(Render(workspace, schedule));
        context.Response.Headers["x-ms-async-operation-timeout"] = "PT1H";
        return TypedResults.Created((string?)null, Render(workspace, schedule));
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> Get(Workspace workspace, string name) =>
        workspace.Schedules.Find(name) is { } schedule
            ? TypedResults.Ok(Render(workspace, schedule))
            : ArmErrors.NotFound($"Schedule '{name}' was not found in workspace '{workspace.Name.Name}'.");

    private static Results<NoContent, Accepted> Delete(
        Workspace workspace,
        string name,
        HttpContext context,
        WorkspaceStore workspaces,
        OperationStore operations,
        JobScheduler scheduler,
        EmulatorAddress address
    )
    {
        if (!workspace.Schedules.Delete(name))
            return TypedResults.NoContent();
        workspace.Firings.Delete(name);
        scheduler.Wake();
        context.Response.Headers["x-ms-async-operation-timeout"] = "PT1H";
        return LongRunningResponses.Accept(operations.Begin(() => true), context, workspace, workspaces, address);
    }

    private static JsonHttpResult<ArmErrorResponse>? ActionRefusal(string name, JsonObject? action, Workspace workspace)
    {
        switch (action.Text("actionType"))
        {
            case CreateJob:
                break;
            case null:
                return ArmErrors.BadRequest($"properties.action.actionType is missing; it must be {CreateJob}.");
            case var other:
                return ArmErrors.NotEmulated("PUT", $"a schedule with the action {other}");
        }

        if (action.Object("jobDefinition") is not { } job)
            return ArmErrors.BadRequest("properties.action.jobDefinition is missing; it must describe the job.");
        if (JobSubmission.KindRefusal(job) is { } kind)
            return kind;
        var copy = job.Clone();
        return JobSubmission.Resolve(copy, workspace) ?? JobSubmission.Read(name, copy, workspace).Refusal;
    }

    private static bool IsEnabled(ArmDocument schedule) => schedule.Body.Flag("isEnabled");

    private static JsonObject Render(Workspace workspace, ArmDocument schedule)
    {
        var properties = schedule.Body.Clone();
        properties["provisioningState"] = "Succeeded";
        properties["properties"] ??= new JsonObject();
        properties["tags"] ??= new JsonObject();
        properties.Object("trigger")!["timeZone"] ??= "UTC";
        return schedule.Render(
            $"{workspace.ArmId}/schedules/{schedule.Name}",
            "Microsoft.MachineLearningServices/workspaces/schedules",
            properties
        );
    }
}
