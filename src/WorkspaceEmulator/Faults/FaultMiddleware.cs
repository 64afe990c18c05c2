using Microsoft.AspNetCore.Http.Features;

namespace WorkspaceEmulator.Faults;

/// <summary>
/// Decides what the fault script does to a request, and does what concerns its connection: delays it and cuts it. Other effects are left to
/// <see cref="ScriptedResponseMiddleware"/> and the endpoints, as a feature of the request, so that what is answered is recorded like any answer.
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
                (await HoldAsync(context, limit: 0)).Dispose();
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

    /// <summary>Whether the address carries a signature in the place of a token.</summary>
    public static bool IsSigned(HttpRequest request) => request.Path.StartsWithSegments("/azureml", StringComparison.Ordinal);

    // By these the emulator is watched and the script is mended.
    private static bool IsOwn(PathString path) =>
        path == "/"
        || path.StartsWithSegments("/page", StringComparison.Ordinal)
        || path.StartsWithSegments("/emulator", StringComparison.Ordinal);

    private async Task<BufferedResponse> HoldAsync(HttpContext context, int limit)
    {
        var real = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var held = new BufferedResponse(limit);
        context.Features.Set<IHttpResponseBodyFeature>(held);
        await next(context);
        await held.CompleteAsync();
        context.Features.Set(real);
        return held;
    }

    private async Task CutAsync(HttpContext context, int limit)
    {
        using var held = await HoldAsync(context, limit);
        // The server ends the connection of an answer that is shorter than its header says, once what there is of it has been sent.
        if (held.Length > limit)
            context.Response.ContentLength ??= held.Length;
        await context.Response.StartAsync();
        await context.Response.Body.WriteAsync(held.Start);
    }
}
