using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Faults;

/// <summary>Answers in the emulator's place what the fault script says must be answered otherwise.</summary>
internal sealed class ScriptedResponseMiddleware(RequestDelegate next, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context) =>
        context.Features.Get<FaultEffect>() switch
        {
            ScriptedResponse answer => answer.WriteAsync(context.Response),
            ExpiredToken when FaultMiddleware.IsSigned(context.Request) => StorageErrors
                .ExpiredSignature(context.Response, time)
                .ExecuteAsync(context),
            ExpiredToken => ArmErrors.ExpiredToken(context.Response, time).ExecuteAsync(context),
            _ => next(context),
        };
}
