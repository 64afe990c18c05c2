using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Arm;
using WorkspaceEmulator.Hosting;
using WorkspaceEmulator.Jobs;

namespace WorkspaceEmulator.Endpoints;

/// <summary>The emulator's own operations, which Azure does not have.</summary>
internal static class AdministrationEndpoints
{
    private const string Area = "The emulator itself";

    public static void MapAdministration(this WebApplication application)
    {
        application.MapGet("/emulator/status", GetStatus).Emulates(Area, "Status", "`endpoint`, `build`, `activeJobs`, `idleSeconds`, `recording`.");
        application.MapPost("/emulator/shutdown", Shutdown).Emulates(Area, "Shutdown", "202; running jobs end as Failed.");
        application.MapPut("/emulator/recording", PutRecording).Emulates(Area, "Recording", "`{\"file\": \"/absolute/path\"}` starts or moves it, `{\"file\": null}` ends it.");
    }

    private static Ok<JsonObject> GetStatus(EmulatorAddress address, JobScheduler scheduler, ActivityClock clock, TrafficRecorder recorder) =>
        TypedResults.Ok(Describe(address, scheduler, clock, recorder));

    private static Accepted Shutdown(HttpContext context, IHostApplicationLifetime lifetime)
    {
        context.Response.OnCompleted(() =>
        {
            lifetime.StopApplication();
            return Task.CompletedTask;
        });
        return TypedResults.Accepted((string?)null);
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> PutRecording(
        JsonBody body, EmulatorAddress address, JobScheduler scheduler, ActivityClock clock, TrafficRecorder recorder)
    {
        if (body.Json?.ContainsKey("file") != true)
            return ArmErrors.BadRequest("file is missing; it must be a path, or null to end the recording.");
        if (body.Json.Text("file") is { } path && !Path.IsPathRooted(path))
            return ArmErrors.BadRequest($"file is '{path}'; it must be an absolute path.");
        recorder.SwitchTo(body.Json.Text("file"));
        return TypedResults.Ok(Describe(address, scheduler, clock, recorder));
    }

    private static JsonObject Describe(EmulatorAddress address, JobScheduler scheduler, ActivityClock clock, TrafficRecorder recorder) => new()
    {
        ["endpoint"] = address.Endpoint.AbsoluteUri,
        ["build"] = Announcement.Build,
        ["activeJobs"] = scheduler.ActiveJobs,
        ["idleSeconds"] = Math.Round(clock.Idle.TotalSeconds, 1),
        ["recording"] = recorder.File,
    };
}
