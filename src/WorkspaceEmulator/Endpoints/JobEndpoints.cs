using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.Pipelines;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Submission;
using WorkspaceEmulator.Sweeps;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

internal static class JobEndpoints
{
    private const string Area = "Jobs";

    public static void MapJobs(this RouteGroupBuilder workspace)
    {
        workspace
            .MapGet("/jobs", List)
            .Emulates(
                Area,
                "Jobs_List",
                "Without the trials of sweeps and the steps of pipelines. `jobType`, `tag`, `properties` and `listViewType` filter; "
                    + "newest first."
            );
        workspace
            .MapPut("/jobs/{id}", Put)
            .Emulates(
                Area,
                "Jobs_CreateOrUpdate",
                "Command, sweep and pipeline jobs; others get 501. A second PUT changes tags, description, display name and archive, "
                    + "and adds properties."
            );
        workspace.MapGet("/jobs/{id}", Get).Emulates(Area, "Jobs_Get");
        workspace
            .MapPost("/jobs/{id}/cancel", Cancel)
            .Emulates(Area, "Jobs_Cancel", "202 while the job has not ended; 200 when it has ended.");
        workspace
            .MapDelete("/jobs/{id}", Delete)
            .Emulates(Area, "Jobs_Delete", "202; the job and its folder are deleted at once. 409 while it is active.");
    }

    private static Ok<JsonObject> List(Workspace workspace, HttpRequest request, EmulatorAddress address)
    {
        var query = request.Query;
        var found = workspace.Runs.Values.Where(run =>
            run.IsJob && run.Document.Parent is null && ListView.Includes(request, run.Document.IsArchived)
        );
        if (query["jobType"].ToString() is { Length: > 0 } type)
            found = found.Where(run => type == run.Document.Definition.Text("jobType"));
        if (query["tag"].ToString() is { Length: > 0 } tag)
            found = found.Where(run => run.Document.Tags.ContainsKey(tag));
        found = found.Where(run => TextFilter.Includes(query["properties"].ToString(), run.Document.Properties));
        return TypedResults.Ok(
            Paging.Page(
                request,
                address.Endpoint,
                [.. found.OrderByDescending(run => run.Document.Number).Select(run => JobResource.Render(run, address.Endpoint))]
            )
        );
    }

    private static Results<Ok<JsonObject>, Created<JsonObject>, JsonHttpResult<ArmErrorResponse>> Put(
        Workspace workspace,
        string id,
        JsonBody body,
        RunFactory runs,
        JobScheduler scheduler,
        EmulatorAddress address
    )
    {
        if (!ResourceNames.Asset().IsMatch(id))
            return ArmErrors.BadRequest(ResourceNames.Fault("The job name", id, ResourceNames.Asset()), "InvalidResourceName");
        if (body.Json.Object("properties")?.Clone().WithoutNulls() is not { } properties)
            return ArmErrors.BadRequest("properties is missing; it must describe the job.", "InvalidRequestContent");
        if (JobSubmission.KindRefusal(properties) is { } kind)
            return kind;

        var unresolved = JobSubmission.Resolve(properties, workspace);
        var description = JobDescription.Read(properties);
        // The component of an existing job may be gone.
        if (workspace.Runs.TryGetValue(id, out var existing))
        {
            if (JobResource.ChangeFault(existing, properties, description) is { } change)
                return ArmErrors.BadRequest(change);
            JobResource.Change(existing, description);
            return TypedResults.Ok(JobResource.Render(existing, address.Endpoint));
        }

        if (unresolved is not null)
            return unresolved;
        var (job, refusal) = JobSubmission.Read(id, properties, workspace);
        if (job is null)
            return refusal!;
        if (runs.TryCreateJob(workspace, id, job, description, properties) is not { } run)
            return ArmErrors.Conflict($"Job '{id}' is being created by another request.");
        var created = JobResource.Render(run, address.Endpoint);
        scheduler.Wake();
        return TypedResults.Created((string?)null, created);
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> Get(Workspace workspace, string id, EmulatorAddress address) =>
        Find(workspace, id) is { } run ? TypedResults.Ok(JobResource.Render(run, address.Endpoint)) : NotFound(workspace, id);

    private static Results<Ok, Accepted, JsonHttpResult<ArmErrorResponse>> Cancel(
        Workspace workspace,
        string id,
        HttpContext context,
        WorkspaceStore workspaces,
        OperationStore operations,
        JobScheduler scheduler,
        EmulatorAddress address
    )
    {
        if (Find(workspace, id) is not { } run)
            return NotFound(workspace, id);
        if (run.Status.IsTerminal())
            return TypedResults.Ok();
        scheduler.Cancel(run);
        return LongRunningResponses.Accept(operations.Begin(() => run.Status.IsTerminal()), context, workspace, workspaces, address);
    }

    private static Results<NoContent, Accepted, JsonHttpResult<ArmErrorResponse>> Delete(
        Workspace workspace,
        string id,
        HttpContext context,
        WorkspaceStore workspaces,
        OperationStore operations,
        EmulatorAddress address
    )
    {
        if (Find(workspace, id) is not { } run)
            return TypedResults.NoContent();
        if (!run.Status.IsTerminal())
            return ArmErrors.Conflict($"Job '{id}' is {run.Status}; cancel it first.");
        if (run.Document.Parent is { } name && workspace.Runs.TryGetValue(name, out var parent) && !parent.Status.IsTerminal())
            return ArmErrors.Conflict($"Job '{id}' belongs to '{parent.Name}', which is {parent.Status}; cancel that first.");
        foreach (var child in ChildrenOf(workspace, run))
            Remove(workspace, child);
        Remove(workspace, run);
        context.Response.Headers["x-ms-async-operation-timeout"] = "PT1H";
        return LongRunningResponses.Accept(operations.Begin(() => true), context, workspace, workspaces, address);
    }

    private static IReadOnlyList<Run> ChildrenOf(Workspace workspace, Run run) =>
        run.Sweep is not null ? SweepDriver.TrialsOf(workspace, run)
        : run.Pipeline is not null ? PipelineDriver.StepsOf(workspace, run)
        : [];

    private static void Remove(Workspace workspace, Run run)
    {
        workspace.Runs.TryRemove(run.Name, out _);
        run.Delete();
    }

    private static Run? Find(Workspace workspace, string id) => workspace.Runs.TryGetValue(id, out var run) && run.IsJob ? run : null;

    private static JsonHttpResult<ArmErrorResponse> NotFound(Workspace workspace, string id) =>
        ArmErrors.NotFound($"Job '{id}' was not found in workspace '{workspace.Name.Name}'.");
}
