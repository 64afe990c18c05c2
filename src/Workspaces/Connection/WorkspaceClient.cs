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

/// <summary>One connection to one workspace: its ARM resource and its data plane (run history, artifacts, MLflow).</summary>
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

    public WorkspaceAddress Address => connection.Address;

    /// <summary>ARM id of the workspace.</summary>
    public string Id => Resource.Id.ToString();

    internal ArmClient Arm { get; }

    /// <summary>The workspace's resource, from which others are reached; its data is that of <see cref="ReadDataAsync"/>.</summary>
    internal MachineLearningWorkspaceResource Resource { get; }

    internal RunHistoryClient RunHistory { get; }

    internal ArtifactClient Artifacts { get; }

    internal TrackingClient Tracking { get; }

    internal LogClient Logs { get; }

    internal KeyVaultClient KeyVault { get; }

    internal RetrySettings Retries => connection.Retries;

    /// <summary>A client that has asked nothing yet: what it needs to know of the workspace it reads once, when it is first needed.</summary>
    public static WorkspaceClient Open(WorkspaceConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new WorkspaceClient(connection, connection.Transport ?? PinnedTransport.Create(connection.CertificateThumbprint));
    }

    /// <summary>As <see cref="Open"/>, and sees that the workspace is there.</summary>
    /// <exception cref="WorkspaceException">As of <see cref="VerifyAsync"/>.</exception>
    public static async Task<WorkspaceClient> ConnectAsync(WorkspaceConnection connection, CancellationToken cancellationToken)
    {
        var client = Open(connection);
        await client.VerifyAsync(cancellationToken);
        return client;
    }

    /// <summary>Reads the workspace, once.</summary>
    /// <exception cref="WorkspaceException">404: no such workspace, and which key to mend; 401 or 403: who may not read it, and the role that may;
    /// or the service did not answer.</exception>
    public Task VerifyAsync(CancellationToken cancellationToken) =>
        ServiceErrors.GuardAsync(() => ReadDataAsync(cancellationToken), cancellationToken);

    /// <summary>What the service tells of the workspace; read once.</summary>
    /// <exception cref="RequestFailedException">The service did not answer, or in a way that <see cref="VerifyAsync"/> has no own words for.</exception>
    /// <exception cref="WorkspaceException">As of <see cref="VerifyAsync"/>: no such workspace, or it may not be read.</exception>
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

        // The package's default version moves with its releases; the wire contract this was written from is one version.
        foreach (var type in new[] { "", "/computes", "/datastores", "/environments", "/environments/versions", "/jobs" })
        {
            options.SetApiVersion(new ResourceType($"Microsoft.MachineLearningServices/workspaces{type}"), "2024-10-01");
        }

        return options;
    }

    // azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/… is spoken over https.
    private async Task<Uri> FindTrackingAsync(CancellationToken cancellationToken) =>
        (await ReadDataAsync(cancellationToken)).MlFlowTrackingUri is { } uri
            ? new UriBuilder(uri)
            {
                Scheme = Uri.UriSchemeHttps,
                Port = uri.IsDefaultPort ? 443 : uri.Port,
                Query = "",
            }.Uri
            : throw new WorkspaceException(
                $"Workspace '{Resource.Id.Name}' has no mlFlowTrackingUri; it must have one for metrics to be read. Is it still being created?"
            );

    /// <summary>The base of run history and artifacts: what discovery calls <c>api</c>, or the host of the tracking URI where discovery does not answer.</summary>
    private async Task<Uri> FindDataPlaneAsync(CancellationToken cancellationToken)
    {
        var fallback = new Uri((await FindTrackingAsync(cancellationToken)).GetLeftPart(UriPartial.Authority));
        if ((await ReadDataAsync(cancellationToken)).DiscoveryUri is not { } discovery)
        {
            return fallback;
        }

        using var message = anonymous.CreateMessage();
        message.Request.Method = RequestMethod.Get;
        message.Request.Uri.Reset(discovery);
        message.Request.Headers.Add("Accept", "application/json");
        await anonymous.SendAsync(message, cancellationToken);
        if (message.Response.Status != 200)
        {
            return fallback;
        }

        using var urls = JsonDocument.Parse(message.Response.Content);
        return
            urls.RootElement.TryGetProperty("api", out var api)
            && Uri.TryCreate(api.GetString(), UriKind.Absolute, out var found)
            && found.Scheme == Uri.UriSchemeHttps
            ? found
            : fallback;
    }

    /// <summary>Name of the signed-in identity, from the claims of its token; never the token.</summary>
    private static async Task<string> DescribeCallerAsync(TokenCredential credential, CancellationToken cancellationToken)
    {
        var token = await ServiceErrors.GuardAsync(
            async () => await credential.GetTokenAsync(new TokenRequestContext([ServicePipelines.ArmScope]), cancellationToken),
            cancellationToken
        );
        return TokenClaims.CallerOf(token.Token) is { } caller ? $"'{caller}'" : Permissions.SomeIdentity;
    }
}
