using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace WorkspaceEmulator.Wire;

/// <summary>Addresses a workspace by three names, which are compared without regard to case, as ARM does.</summary>
public sealed record WorkspaceName(string SubscriptionId, string ResourceGroup, string Name)
{
    /// <summary>Gets one lower-case text per workspace: dictionary key and folder path.</summary>
    public string Key { get; } = $"{SubscriptionId}/{ResourceGroup}/{Name}".ToLowerInvariant();

    public string ArmId =>
        $"/subscriptions/{SubscriptionId}/resourceGroups/{ResourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/{Name}";

    /// <summary>Gets the workspace's <c>workspaceId</c>, derived from its names so that it is the same at every start.</summary>
    public Guid Id => new(SHA256.HashData(Encoding.UTF8.GetBytes(Key)).AsSpan(0, 16));

    /// <summary>Reads SUBSCRIPTION/GROUP/NAME. They name folders, so each must be a name as those of resource groups are.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out WorkspaceName? name)
    {
        ArgumentNullException.ThrowIfNull(text);
        name =
            text.Split('/') is [var subscription, var group, var workspace]
            && ResourceNames.Group().IsMatch(subscription)
            && ResourceNames.Group().IsMatch(group)
            && ResourceNames.Group().IsMatch(workspace)
                ? new(subscription, group, workspace)
                : null;
        return name is not null;
    }

    /// <summary>Reads the names from the path of a request.</summary>
    public static WorkspaceName Of(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var values = request.RouteValues;
        return new((string)values["subscriptionId"]!, (string)values["resourceGroup"]!, (string)values["workspaceName"]!);
    }

    /// <summary>Gets the workspace's MLflow tracking address with Azure ML's scheme, which https replaces on the wire.</summary>
    public string TrackingUri(Uri endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return $"azureml://{endpoint.Authority}/mlflow/v1.0{ArmId}";
    }
}
