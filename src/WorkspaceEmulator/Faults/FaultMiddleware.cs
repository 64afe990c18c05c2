using Microsoft.AspNetCore.Http.Features;

namespace WorkspaceEmulator.Faults;

/// <summary>
/// Decides what the fault script does to a request, and delays it or cuts its connection. Other effects become a feature of the request,
/// for <see cref="ScriptedResponseMiddleware"/> and the endpoints, so that their responses are recorded like any others.
/// </summary>
internal sealed class FaultMiddleware(RequestDelegate next, ActiveFaults faults, TimeProvider time)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (IsOwn(context.Request.Path))
        {
            await next(context);
            return;
        }

        var (delay, effect) = faults.Strike(context.Request);
        if (delay > TimeSpan.Zero)
            await Task.Delay(delay, time, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        switch (effect)
        {
            case CutConnection { IsDone: false }:
                context.Abort();
                break;
            case CutConnection:
                (await BufferAsync(context, limit: 0)).Dispose();
                context.Abort();
                break;
            case CutResponse cut:
                await CutAsync(context, cut.Bytes);
                break;
            default:
                context.Features.Set(effect);
                await next(context);
                break;
        }
    }

    public static bool HasBearer(HttpRequest request) =>
        request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns whether the address has a signature in place of a token.</summary>
    public static bool IsSigned(HttpRequest request) => request.Path.StartsWithSegments("/azureml", StringComparison.Ordinal);

    // These requests watch the emulator and change the script.
    private static bool IsOwn(PathString path) =>
        path == "/"
        || path.StartsWithSegments("/studio", StringComparison.Ordinal)
        || path.StartsWithSegments("/emulator", StringComparison.Ordinal);

    private async Task<BufferedResponse> BufferAsync(HttpContext context, int limit)
    {
        var real = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var buffered = new BufferedResponse(limit);
        context.Features.Set<IHttpResponseBodyFeature>(buffered);
        await next(context);
        await buffered.CompleteAsync();
        context.Features.Set(real);
        return buffered;
    }

    private async Task CutAsync(HttpContext context, int limit)
    {
        using var buffered = await BufferAsync(context, limit);
        // When a response is shorter than its header says, the server sends what it has and closes the connection.
        if (buffered.Length > limit)
            context.Response.ContentLength ??= buffered.Length;
        await context.Response.StartAsync();
        await context.Response.Body.WriteAsync(buffered.Start);
    }
}
