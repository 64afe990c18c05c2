namespace WorkspaceEmulator.Wire;

/// <summary>Where this emulator listens, and the certificate file a client trusts it by.</summary>
internal sealed record EmulatorAddress(Uri Endpoint, string Certificate);
