using System.Net;
using System.Text;
using Azure.Core.Pipeline;
using Datasets.Stores;
using Experiments.Plans;
using Workspaces.Datastores;
using Workspaces.Http;

namespace Fixtures.Services;

/// <summary>Opens datastores over scripted responses of a storage account.</summary>
public static class FakeStorage
{
    public const string Key = "cGxhbnRlZC1zZWNyZXQtcGxhbnRlZC1zZWNyZXQ=";

    public static Task<IDatastoreFiles> OpenAsync(HttpMessageHandler service, DatastorePlan plan, string? secret = Key) =>
        new DatastoreStorage(
            new DatastoreSecrets(_ => throw new InvalidOperationException("no vault is read"), _ => secret),
            new FakeService.FixedCredential(FakeService.Token)
        )
        {
            Transport = new HttpClientTransport(new HttpClient(service, disposeHandler: false)),
            Retries = RetrySettings.Default with { Delay = TimeSpan.FromMilliseconds(1) },
        }.OpenAsync(plan, TestContext.Current.CancellationToken);

    /// <summary>An error in the form of a storage account.</summary>
    public static Func<SentRequest, HttpResponseMessage> Error(int status, string code) =>
        _ => new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = new StringContent(
                $"<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>The service's own "
                    + "words.\nRequestId:1</Message></Error>",
                Encoding.UTF8,
                "application/xml"
            ),
            Headers = { { "x-ms-error-code", code } },
        };

    public static Func<SentRequest, HttpResponseMessage> Answer(
        int status,
        string xml = "",
        params (string Name, string Value)[] headers
    ) =>
        _ =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status)
            {
                Content = new StringContent(xml, Encoding.UTF8, "application/xml"),
            };
            foreach (var (name, value) in headers)
            {
                if (!response.Headers.TryAddWithoutValidation(name, value))
                    response.Content.Headers.TryAddWithoutValidation(name, value);
            }

            return response;
        };
}
