namespace WorkspaceEmulator.Wire;

/// <summary>Describes where this emulator listens, and which certificate file a client must trust.</summary>
internal sealed record EmulatorAddress(Uri Endpoint, string Certificate);
