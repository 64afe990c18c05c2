using System.Net;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.Tests.Http;

/// <summary>Tests whole error responses, as files in <c>Answers</c>, with the whole message expected for each.</summary>
public class RemediesTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Answers");

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task GuardAsync_SaysWhatToDo_ForEachErrorResponse(string file)
    {
        // GET https://… / 403 / headers / body / ---- / message
        var text = (await File.ReadAllTextAsync(Path.Combine(Folder, $"{file}.txt"), TestContext.Current.CancellationToken)).Split(
            "\n----\n"
        );
        var head = text[0].Split("\n\n", 2);
        var lines = head[0].Split('\n');
        var (method, uri) = (lines[0].Split(' ')[0], lines[0].Split(' ')[1]);
        using var service = new OneAnswer(
            int.Parse(lines[1], System.Globalization.CultureInfo.InvariantCulture),
            lines[2..],
            head.Length > 1 ? head[1] : ""
        );
        var pipeline = ServicePipelines.Build(
            new HttpClientTransport(new HttpClient(service)),
            RetrySettings.Default with
            {
                Delay = TimeSpan.Zero,
            }
        );

        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            ServiceErrors.GuardAsync(() => SendAsync(pipeline, method, uri), TestContext.Current.CancellationToken)
        );

        Assert.Equal(text[1].Trim(), error.Message);
    }

    [Theory]
    [InlineData(
        "https://westeurope.api.azureml.ms/history",
        "westeurope.api.azureml.ms cannot be resolved here; behind a private endpoint it must be resolved from its own "
            + "network, where `nslookup westeurope.api.azureml.ms` gives a name under privatelink. Run this on an agent in that "
            + "network or through its VPN; anywhere else check the network and HTTPS_PROXY. "
    )]
    [InlineData(
        "https://management.azure.com/x",
        "management.azure.com cannot be resolved here; this machine must be on a network that resolves it (`nslookup "
            + "management.azure.com`). Check the network, HTTPS_PROXY, and the address in the environment config. "
    )]
    public async Task GuardAsync_SaysWhatToDo_WhenAHostCannotBeResolved(string uri, string expected)
    {
        using var service = new NoHost();
        var pipeline = ServicePipelines.Build(new HttpClientTransport(new HttpClient(service)), RetrySettings.Once);

        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            ServiceErrors.GuardAsync(() => SendAsync(pipeline, "GET", uri), TestContext.Current.CancellationToken)
        );

        Assert.Equal(
            $"{expected}GET {uri} got no response: "
                + $"{new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound).Message}",
            error.Message
        );
    }

    [Theory]
    [InlineData("Microsoft.MachineLearningServices/workspaces/jobs/read", "AzureML Data Scientist")]
    [InlineData("Microsoft.MachineLearningServices/workspaces/jobs/write", "AzureML Data Scientist")]
    [InlineData("Microsoft.MachineLearningServices/workspaces/jobs/cancel/action", "AzureML Data Scientist")]
    [InlineData("Microsoft.MachineLearningServices/workspaces/environments/versions/write", "AzureML Data Scientist")]
    [InlineData("Microsoft.MachineLearningServices/workspaces/datastores/listsecrets/action", "AzureML Data Scientist")]
    [InlineData("Microsoft.MachineLearningServices/workspaces/computes/read", "AzureML Data Scientist")]
    [InlineData("microsoft.machinelearningservices/workspaces/computes/write", "AzureML Compute Operator")]
    [InlineData("Microsoft.MachineLearningServices/locations/usages/read", "Reader")]
    [InlineData("Microsoft.ContainerRegistry/registries/pull/read", "AcrPull")]
    [InlineData("Microsoft.ContainerRegistry/registries/push/write", "AcrPush")]
    [InlineData("Microsoft.ContainerRegistry/registries/read", "Reader")]
    [InlineData("Microsoft.ContainerRegistry/registries/scheduleRun/action", "Contributor")]
    [InlineData("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read", "Storage Blob Data Reader")]
    [InlineData("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write", "Storage Blob Data Contributor")]
    [InlineData("Microsoft.Storage/storageAccounts/listKeys/action", "Storage Account Key Operator Service Role")]
    [InlineData("Microsoft.KeyVault/vaults/secrets/getSecret/action", "Key Vault Secrets User")]
    [InlineData("Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", "Managed Identity Operator")]
    public void RoleFor_ReturnsTheSmallestRole_ThatAllowsTheAction(string action, string role) =>
        Assert.Equal(role, Permissions.RoleFor(action));

    private static async Task<int> SendAsync(HttpPipeline pipeline, string method, string uri)
    {
        using var message = pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Parse(method);
        message.Request.Uri.Reset(new Uri(uri));
        message.Request.Headers.Add("Accept", "application/json");
        await pipeline.SendAsync(message, TestContext.Current.CancellationToken);
        throw new RequestFailedException(message.Response);
    }

    private sealed class OneAnswer(int status, string[] headers, string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body) };
            response.Content.Headers.ContentType = null;
            foreach (var header in headers)
            {
                var (name, value) = (header.Split(": ", 2)[0], header.Split(": ", 2)[1]);
                if (!response.Headers.TryAddWithoutValidation(name, value))
                    response.Content.Headers.TryAddWithoutValidation(name, value);
            }

            return Task.FromResult(response);
        }
    }

    private sealed class NoHost : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new HttpRequestException(
                HttpRequestError.NameResolutionError,
                "no such host",
                new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound)
            );
    }
}
