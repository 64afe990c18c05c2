using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Deployments.Templates;

/// <summary>Represents an expression of a template: what is between the brackets of <c>"[…]"</c>.</summary>
internal abstract record TemplateExpression
{
    /// <summary>A text, whole number, true, false or null.</summary>
    public sealed record Literal(JsonNode? Value) : TemplateExpression;

    /// <summary>A function with its arguments.</summary>
    public sealed record Call(string Name, IReadOnlyList<TemplateExpression> Arguments) : TemplateExpression;

    /// <summary>A member or item of another value: <c>.name</c> and <c>[…]</c>.</summary>
    public sealed record Member(TemplateExpression Of, TemplateExpression Key) : TemplateExpression;
}
