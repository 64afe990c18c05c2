using Studio.Serving;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Studio;

/// <summary>Puts the studio into the emulator.</summary>
internal static class StudioSetup
{
    private const string Area = "The studio";
    private const int TokenLength = 64;

    /// <summary>Adds what the studio needs. The file of its token exists when this returns.</summary>
    public static IServiceCollection AddStudio(this IServiceCollection services, StateFolder folder)
    {
        var access = new StudioAccess(LoadOrCreateToken(folder));
        return services
            .AddSingleton<Resubmission>()
            .AddSingleton<EmulatorStore>()
            .AddSingleton(provider => new StudioSite(
                provider.GetRequiredService<EmulatorStore>(),
                access,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping
            ));
    }

    public static void MapEmulatorStudio(this IEndpointRouteBuilder application)
    {
        // Addresses of jobs have the form of Azure ML's portal: /?run=NAME.
        application
            .MapGet("/", (string? run) => TypedResults.Redirect(run is null ? "/studio/" : $"/studio/#/jobs/{Uri.EscapeDataString(run)}"))
            .Emulates(Area, "Root", "Leads to the studio; with `run` to that job.");
        application
            .MapStudio(context => context.RequestServices.GetRequiredService<StudioSite>())
            .Finally(endpoint => endpoint.Metadata.Add(new EmulatedOperation(Area, endpoint.DisplayName!, "")));
    }

    private static string LoadOrCreateToken(StateFolder folder)
    {
        if (File.Exists(folder.StudioToken))
        {
            var kept = File.ReadAllText(folder.StudioToken).Trim();
            if (kept.Length == TokenLength && kept.All(char.IsAsciiHexDigitLower))
                return kept;
            folder.SetAside(folder.StudioToken, "it is no token", "A new one was made; the address of the studio has it.");
        }

        var token = StudioAccess.CreateToken();
        StateFile.Write(folder.StudioToken, token);
        return token;
    }
}
