using System.Text;
using WorkspaceEmulator.Endpoints;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Hosting;

/// <summary>Creates the table of operations in docs/emulator.md from the endpoints.</summary>
internal static class OperationsTable
{
    public static IReadOnlyList<RouteEndpoint> Endpoints()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        EmulatorEndpoints.AddServiceTypes(builder.Services);
        var application = builder.Build();
        application.MapEmulator();
        return [.. ((IEndpointRouteBuilder)application).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()];
    }

    public static string Create()
    {
        var text = new StringBuilder();
        var operations = Endpoints().Where(endpoint => endpoint.Metadata.GetMetadata<EmulatedOperation>() is not null).ToList();
        foreach (
            var area in operations.GroupBy(endpoint => endpoint.Metadata.GetMetadata<EmulatedOperation>()!.Area, StringComparer.Ordinal)
        )
        {
            text.Append($"### {area.Key}\n\n| operation | request | remark |\n|---|---|---|\n");
            foreach (var endpoint in area)
            {
                var operation = endpoint.Metadata.GetMetadata<EmulatedOperation>()!;
                var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0];
                text.Append($"| {operation.Name} | {method} `{Abbreviate(endpoint.RoutePattern.RawText!)}` | {operation.Remark} |\n");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Abbreviate(string route) =>
        ("/" + route.TrimStart('/'))
            .Replace(Routes.Workspace, "{WS}", StringComparison.Ordinal)
            .Replace(Routes.ResourceGroup, "{RG}", StringComparison.Ordinal)
            .Replace(Routes.Subscription, "{SUB}", StringComparison.Ordinal);
}
