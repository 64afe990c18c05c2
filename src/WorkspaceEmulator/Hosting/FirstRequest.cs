namespace WorkspaceEmulator.Hosting;

/// <summary>
/// Prepares for the first request while the server starts to listen: what it would wait for are the table of routes and the handlers
/// of all endpoints.
/// </summary>
internal sealed class FirstRequest
{
    // Nobody is signed in, so the response is a refusal. It strikes no fault rule, is no use of the emulator, and is not recorded.
    private const string Address = "/studio/api/store";

    private Task preparation = Task.CompletedTask;

    /// <summary>Sends the application a request that nobody sees.</summary>
    /// <param name="application">What handles requests.</param>
    /// <param name="services">Its services, which must not be disposed before <see cref="WaitAsync"/> returns.</param>
    public void Prepare(RequestDelegate application, IServiceProvider services) =>
        preparation = Task.Run(async () =>
        {
            await using var scope = services.CreateAsyncScope();
            var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
            context.Request.Method = HttpMethods.Get;
            context.Request.Scheme = Uri.UriSchemeHttps;
            context.Request.Host = new("localhost");
            context.Request.Path = Address;
            await application(context);
        });

    /// <summary>Waits until the preparation has ended, however it did: a request does what was not prepared.</summary>
    public async Task WaitAsync() => await preparation.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
