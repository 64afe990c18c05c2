using System.Text.Json.Nodes;

namespace Workspaces.Deployments;

/// <summary>A deployment to a subscription.</summary>
/// <param name="Name">Name of the deployment: 1 to 64 letters, digits, dashes, dots, underscores or parentheses.</param>
/// <param name="Location">Region in which the record of the deployment is kept.</param>
/// <param name="Template">The template, as the Bicep compiler writes it.</param>
/// <param name="Parameters">The parameters: <c>{"name": {"value": …}}</c>.</param>
public sealed record DeploymentRequest(string Name, string Location, JsonObject Template, JsonObject Parameters)
{
    /// <summary>Returns the body of the request.</summary>
    /// <param name="isWhatIf">Whether it requests the changes only.</param>
    internal JsonObject ToBody(bool isWhatIf)
    {
        var properties = new JsonObject
        {
            ["mode"] = "Incremental",
            ["template"] = Template.DeepClone(),
            ["parameters"] = Parameters.DeepClone(),
        };
        if (isWhatIf)
            properties["whatIfSettings"] = new JsonObject { ["resultFormat"] = "FullResourcePayloads" };
        return new JsonObject { ["location"] = Location, ["properties"] = properties };
    }
}
