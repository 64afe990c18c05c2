using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Studio.Runs;
using Studio.Serving;

namespace Studio.Folder;

/// <summary>Serves the studio of one store on a free loopback port, with a token of its own.</summary>
public sealed class FolderHost : IAsyncDisposable
{
    private readonly WebApplication application;

    private FolderHost(WebApplication application, Uri address) => (this.application, Address) = (application, address);

    /// <summary>Gets the address with the token. Whoever has it can read the store.</summary>
    public Uri Address { get; }

    /// <summary>Starts to listen.</summary>
    public static async Task<FolderHost> StartAsync(IRunStore store, TimeProvider time)
    {
        var token = StudioAccess.CreateToken();
        // Any other builder reads appsettings.json of the current folder, which is somebody else's, and watches every folder below it.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = 64 * 1024;
                kestrel.Listen(IPAddress.Loopback, 0);
            });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        var server = builder.Build();
        var site = new StudioSite(store, new(token), time, server.Lifetime.ApplicationStopping);
        server.MapStudio(_ => site);
        await server.StartAsync();
        var endpoint = server
            .Services.GetRequiredService<IServer>()
            .Features.GetRequiredFeature<IServerAddressesFeature>()
            .Addresses.Single();
        return new(server, new Uri(new Uri(endpoint), $"/studio?token={token}"));
    }

    /// <summary>Returns once the host has stopped: on SIGTERM or Ctrl-C.</summary>
    public Task WaitForShutdownAsync() => application.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        await application.StopAsync();
        await application.DisposeAsync();
    }
}
