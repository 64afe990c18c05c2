namespace WorkspaceEmulator.Wire;

/// <summary>What an endpoint stands for; every mapped endpoint carries one, and the table in docs/emulator.md is made of them.</summary>
/// <param name="Area">Heading in the table.</param>
/// <param name="Name">Operation id of the OpenAPI files, or the emulator's own name for it.</param>
/// <param name="Remark">Where the emulator differs or chooses; empty when it does what the name says.</param>
internal sealed record EmulatedOperation(string Area, string Name, string Remark);

internal static class EmulatedOperationExtensions
{
    public static RouteHandlerBuilder Emulates(this RouteHandlerBuilder endpoint, string area, string name, string remark = "") =>
        endpoint.WithMetadata(new EmulatedOperation(area, name, remark));
}
