namespace WorkspaceEmulator.Wire;

/// <summary>
/// Describes the operation of an endpoint. Every endpoint has one, and the table in docs/emulator.md is generated from them.
/// </summary>
/// <param name="Area">Heading in the table.</param>
/// <param name="Name">Operation id of the OpenAPI files, or the emulator's own name for it.</param>
/// <param name="Remark">How the emulator differs from the service; empty when it does not.</param>
internal sealed record EmulatedOperation(string Area, string Name, string Remark);

internal static class EmulatedOperationExtensions
{
    public static RouteHandlerBuilder Emulates(this RouteHandlerBuilder endpoint, string area, string name, string remark = "") =>
        endpoint.WithMetadata(new EmulatedOperation(area, name, remark));
}
