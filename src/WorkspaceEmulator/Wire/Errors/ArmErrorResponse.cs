using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Wire.Errors;

/// <summary>ARM's error body.</summary>
public sealed record ArmErrorResponse(ArmError Error);

/// <summary>One ARM error: a code for programs and a message for people.</summary>
public sealed record ArmError(string Code, string Message)
{
    public JsonObject ToJson() => new() { ["code"] = Code, ["message"] = Message };
}
