using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.ResourceManager;
using Azure.ResourceManager.MachineLearning;
using Experiments.Plans;
using Workspaces.DataPlane;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.Connection;

/// <summary>Connects to one workspace: its ARM resource and its data plane (run history, artifacts, MLflow).</summary>
public sealed class WorkspaceClient
{
    private const string ArmAudience = "https://management.azure.com/";
    private const string VaultScope = "https://vault.azure.net/.default";

    private readonly WorkspaceConnection connection;
    private readonly HttpPipeline anonymous;
    private readonly AsyncLazy<MachineLearningWorkspaceData> data;
    private readonly AsyncLazy<Uri> dataPlane;

    private WorkspaceClient(WorkspaceConnection connection, HttpPipelineTransport transport)
    {
        this.connection = connection;
        var address = connection.Address;
        Arm = new ArmClient(connection.Credential, address.SubscriptionId, CreateArmOptions(connection, transport));
        Resource = Arm.GetMachineLearningWorkspaceResource(
            MachineLearningWorkspaceResource.CreateResourceIdentifier(address.SubscriptionId, address.ResourceGroup, address.WorkspaceName)
        );
        data = new(ReadAsync);
        dataPlane = new(FindDataPlaneAsync);

        anonymous = ServicePipelines.Build(transport, connection.Retries);
        var signedIn = ServicePipelines.Build(transport, connection.Retries, connection.Credential, ServicePipelines.ArmScope);
        RunHistory = new RunHistoryClient(signedIn, dataPlane, Id);
        Artifacts = new ArtifactClient(signedIn, dataPlane, Id);
        Tracking = new TrackingClient(signedIn, new(FindTrackingAsync));
        Logs = new LogClient(anonymous);
        var vault = ServicePipelines.Build(transport, connection.Retries, connection.Credential, VaultScope);
        KeyVault = new KeyVaultClient(signedIn, vault, address.Endpoint ?? new Uri(ArmAudience), data);
    }

    /// <summary>Gets the address of the workspace.</summary>
    public WorkspaceAddress Address => connection.Address;

    /// <summary>Gets the ARM id of the workspace.</summary>
    public string Id => Resource.Id.ToString();

    internal ArmClient Arm { get; }

    /// <summary>Gets the workspace's ARM resource, the parent of the others. It holds no data: see <see cref="ReadDataAsync"/>.</summary>
    internal MachineLearningWorkspaceResource Resource { get; }

    internal RunHistoryClient RunHistory { get; }

    internal ArtifactClient Artifacts { get; }

    internal TrackingClient Tracking { get; }

    internal LogClient Logs { get; }

    internal KeyVaultClient KeyVault { get; }

    internal RetrySettings Retries => connection.Retries;

    /// <summary>Returns why the workspace responds no more; null while it may: see <see cref="WorkspaceConnection.FindEnd"/>.</summary>
    internal string? FindEnd() => connection.FindEnd();

    /// <summary>Creates a client without a request. It reads the workspace's data once, when first needed.</summary>
    public static WorkspaceClient Open(WorkspaceConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new WorkspaceClient(connection, connection.Transport ?? PinnedTransport.For(connection.CertificateThumbprint));
    }

    /// <summary>Creates a client and ensures that the workspace exists.</summary>
    /// <exception cref="WorkspaceException">As for <see cref="VerifyAsync"/>.</exception>
    public static async Task<WorkspaceClient> ConnectAsync(WorkspaceConnection connection, CancellationToken cancellationToken)
    {
        var client = Open(connection);
        await client.VerifyAsync(cancellationToken);
        return client;
    }

    /// <summary>Ensures that the workspace exists, by reading it once.</summary>
    /// <exception cref="WorkspaceException">
    /// 404: the workspace does not exist; the message names the key to fix. 401 or 403: the identity may not read it; the message names
    /// identity and role. Or the service did not respond.
    /// </exception>
    public Task VerifyAsync(CancellationToken cancellationToken) =>
        ServiceErrors.GuardAsync(() => ReadDataAsync(cancellationToken), cancellationToken);

    /// <summary>Reads the workspace's data once.</summary>
    /// <exception cref="RequestFailedException">The service did not respond, or refused for another reason than those of
    /// <see cref="VerifyAsync"/>.</exception>
    /// <exception cref="WorkspaceException">The workspace does not exist, or may not be read.</exception>
    internal Task<MachineLearningWorkspaceData> ReadDataAsync(CancellationToken cancellationToken) => data.GetAsync(cancellationToken);

    private async Task<MachineLearningWorkspaceData> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await Resource.GetAsync(cancellationToken)).Value.Data;
        }
        catch (RequestFailedException error)
            when (error.Status is 401 or 403 or 404 && ServiceErrors.Describe(error, cancellationToken) is { } described)
        {
            throw error.Status == 404
                ? described
                : new WorkspaceException(
                    described.Message.Replace(
                        Permissions.SomeIdentity,
                        await DescribeCallerAsync(connection.Credential, cancellationToken),
                        StringComparison.Ordinal
                    ),
                    described.Status,
                    described.ErrorCode
                );
        }
    }

    private static ArmClientOptions CreateArmOptions(WorkspaceConnection connection, HttpPipelineTransport transport)
    {
        var options = new ArmClientOptions().Configure(transport, connection.Retries, connection.Credential, ServicePipelines.ArmScope);
        options.Environment = connection.Address.Endpoint is { } endpoint
            ? new ArmEnvironment(endpoint, ArmAudience)
            : ArmEnvironment.AzurePublicCloud;

        // The package's default version changes with its releases. This client is written for one version.
        string[] types =
        [
            "",
            "/computes",
            "/datastores",
            "/environments",
            "/environments/versions",
            "/jobs",
            "/models",
            "/models/versions",
        ];
        foreach (var type in types)
            options.SetApiVersion(new ResourceType($"Microsoft.MachineLearningServices/workspaces{type}"), "2024-10-01");

        return options;
    }

    // The scheme of azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/… stands for https.
    private async Task<Uri> FindTrackingAsync(CancellationToken cancellationToken) =>
        (await ReadDataAsync(cancellationToken)).MlFlowTrackingUri is { } uri
            ? new UriBuilder(uri)
            {
                Scheme = Uri.UriSchemeHttps,
                Port = uri.IsDefaultPort ? 443 : uri.Port,
                Query = "",
            }.Uri
            : throw new WorkspaceException(
                $"Workspace '{Resource.Id.Name}' has no mlFlowTrackingUri; it must have one for metrics to be read. Is it still "
                    + "being created?"
            );

    /// <summary>
    /// Finds the base address of run history and artifacts: <c>api</c> of discovery, or the host of the tracking URI when discovery fails.
    /// </summary>
    private async Task<Uri> FindDataPlaneAsync(CancellationToken cancellationToken)
    {
        var fallback = new Uri((await FindTrackingAsync(cancellationToken)).GetLeftPart(UriPartial.Authority));
        if ((await ReadDataAsync(cancellationToken)).DiscoveryUri is not { } discovery)
            return fallback;

        using var message = anonymous.CreateMessage();
        message.Request.Method = RequestMethod.Get;
        message.Request.Uri.Reset(discovery);
        message.Request.Headers.Add("Accept", "application/json");
        await anonymous.SendAsync(message, cancellationToken);
        if (message.Response.Status != 200)
            return fallback;

        using var urls = JsonDocument.Parse(message.Response.Content);
        return
            urls.RootElement.TryGetProperty("api", out var api)
            && Uri.TryCreate(api.GetString(), UriKind.Absolute, out var found)
            && found.Scheme == Uri.UriSchemeHttps
            ? found
            : fallback;
    }

    /// <summary>Gets the name of the signed-in identity from the claims of its token; never the token itself.</summary>
    private static async Task<string> DescribeCallerAsync(TokenCredential credential, CancellationToken cancellationToken)
    {
        var token = await ServiceErrors.GuardAsync(
            async () => await credential.GetTokenAsync(new TokenRequestContext([ServicePipelines.ArmScope]), cancellationToken),
            cancellationToken
        );
        return TokenClaims.CallerOf(token.Token) is { } caller ? $"'{caller}'" : Permissions.SomeIdentity;
    }
}
