using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Faults;

/// <summary>Sends the responses that the fault script puts in place of the emulator's own.</summary>
internal sealed class ScriptedResponseMiddleware(RequestDelegate next, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context) =>
        context.Features.Get<FaultEffect>() switch
        {
            ScriptedResponse response => response.WriteAsync(context.Response),
            ExpiredToken when FaultMiddleware.IsSigned(context.Request) => StorageErrors.ExpiredSignature(time).ExecuteAsync(context),
            ExpiredToken => ArmErrors.ExpiredToken(context.Response, time).ExecuteAsync(context),
            _ => next(context),
        };
}
