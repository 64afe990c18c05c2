using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Endpoints;

internal static class DiscoveryEndpoints
{
    public static void MapDiscovery(this WebApplication application) =>
        application.MapGet("/discovery", Get).Emulates("Run history", "Discovery", "Needs no token; every address is the emulator's own.");

    private static Ok<JsonObject> Get(EmulatorAddress address)
    {
        var host = address.Endpoint.GetLeftPart(UriPartial.Authority);
        var json = new JsonObject();
        foreach (var name in new[] { "api", "history", "artifact", "mlflow" })
            json[name] = host;
        return TypedResults.Ok(json);
    }
}
