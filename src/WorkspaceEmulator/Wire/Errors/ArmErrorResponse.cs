namespace WorkspaceEmulator.Wire.Errors;

/// <summary>The error body of Azure Resource Manager.</summary>
public sealed record ArmErrorResponse(ArmError Error);
