using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Wire.Errors;

/// <summary>One error of Azure Resource Manager: a code for programs and a message for people.</summary>
public sealed record ArmError(string Code, string Message)
{
    public JsonObject ToJson() => new() { ["code"] = Code, ["message"] = Message };
}
