using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Faults;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Traffic;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

/// <summary>Maps the emulator's own operations, which Azure does not have.</summary>
internal static class AdministrationEndpoints
{
    private const string Area = "The emulator itself";

    public static void MapAdministration(this WebApplication application)
    {
        application
            .MapGet("/emulator/status", GetStatus)
            .Emulates(
                Area,
                "Status",
                "`endpoint`, `build`, `activeJobs`, `idleSeconds`, `recording`, `faultRules`, `warnings`, `workspaces`."
            );
        application
            .MapPost("/emulator/shutdown", Shutdown)
            .Emulates(Area, "Shutdown", "202; running jobs end as Failed, and `endsJobs` names them.");
        application
            .MapPut("/emulator/recording", PutRecording)
            .Emulates(Area, "Recording", "`{\"file\": \"/absolute/path\"}` starts it or changes its file, `{\"file\": null}` ends it.");
        application
            .MapGet("/emulator/faults", GetFaults)
            .Emulates(Area, "Fault script", "The rules, each with `struck`: how often it struck.");
        application
            .MapPut("/emulator/faults", PutFaults)
            .Emulates(
                Area,
                "Fault script",
                "The body is a script, which replaces the current one; `{\"rules\": []}` ends all faults. 400 reports everything wrong "
                    + "with it; `source` is the file that the message names."
            );
    }

    private static Ok<JsonObject> GetStatus(
        EmulatorAddress address,
        JobScheduler scheduler,
        ActivityClock clock,
        TrafficRecorder recorder,
        ActiveFaults faults,
        WorkspaceStore workspaces,
        StateFolder state
    ) => TypedResults.Ok(Describe(address, scheduler, clock, recorder, faults, workspaces, state));

    private static Accepted<JsonObject> Shutdown(HttpContext context, JobScheduler scheduler, IHostApplicationLifetime lifetime)
    {
        context.Response.OnCompleted(() =>
        {
            lifetime.StopApplication();
            return Task.CompletedTask;
        });
        return TypedResults.Accepted(
            (string?)null,
            new JsonObject
            {
                ["endsJobs"] = scheduler.Running.Select(run => (JsonNode)run.Name).ToJsonArray(),
                ["keepsJobs"] = scheduler.Waiting.Select(run => (JsonNode)run.Name).ToJsonArray(),
            }
        );
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> PutRecording(
        JsonBody body,
        EmulatorAddress address,
        JobScheduler scheduler,
        ActivityClock clock,
        TrafficRecorder recorder,
        ActiveFaults faults,
        WorkspaceStore workspaces,
        StateFolder state
    )
    {
        if (body.Json?.ContainsKey("file") != true)
            return ArmErrors.BadRequest("file is missing; it must be a path, or null to end the recording.");
        if (body.Json.Text("file") is { } path && !Path.IsPathRooted(path))
            return ArmErrors.BadRequest($"file is '{path}'; it must be an absolute path.");
        recorder.SwitchTo(body.Json.Text("file"));
        return TypedResults.Ok(Describe(address, scheduler, clock, recorder, faults, workspaces, state));
    }

    private static Ok<JsonObject> GetFaults(ActiveFaults faults) => TypedResults.Ok(faults.Render());

    private static async Task<Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>>> PutFaults(
        HttpRequest request,
        string? source,
        ActiveFaults faults
    )
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        var (script, found) = FaultScriptReader.Read(body.ToArray(), source ?? "script");
        if (script is null)
            return ArmErrors.BadRequest($"The fault script cannot be used:\n  {string.Join("\n  ", found)}", "InvalidFaultScript");
        faults.Replace(script);
        return TypedResults.Ok(faults.Render());
    }

    private static JsonObject Describe(
        EmulatorAddress address,
        JobScheduler scheduler,
        ActivityClock clock,
        TrafficRecorder recorder,
        ActiveFaults faults,
        WorkspaceStore workspaces,
        StateFolder state
    ) =>
        new()
        {
            ["endpoint"] = address.Endpoint.AbsoluteUri,
            ["build"] = EmulatorBuild.Id,
            ["activeJobs"] = scheduler.ActiveJobs,
            ["idleSeconds"] = Math.Round(clock.Idle.TotalSeconds, 1),
            ["recording"] = recorder.File,
            ["faultRules"] = faults.RuleCount,
            ["warnings"] = state.Warnings.Messages.Select(warning => (JsonNode)warning).ToJsonArray(),
            ["workspaces"] = workspaces
                .All.Select(workspace => workspace.ArmId)
                .Order(StringComparer.Ordinal)
                .Select(id => (JsonNode)id)
                .ToJsonArray(),
        };
}
