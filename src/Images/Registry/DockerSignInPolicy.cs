using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Images.Registry;

/// <summary>
/// Signs in to registries that are not Azure's, as docker does: with basic authentication, or with a token of the service that the
/// challenge names. Belongs into the options of an anonymous client, before its transport.
/// </summary>
/// <param name="registry">The registry. Only it and the token service that it names receive a token or a password.</param>
/// <param name="login">User name and password; null for anonymous requests.</param>
/// <param name="http">Sends the requests to the token service.</param>
internal sealed partial class DockerSignInPolicy(Uri registry, RegistryLogin? login, HttpClient http) : HttpPipelinePolicy
{
    private readonly ConcurrentDictionary<string, string> authorizations = new(StringComparer.Ordinal);

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("Requests to a registry are asynchronous.");

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        if (!string.Equals(message.Request.Uri.ToUri().Authority, registry.Authority, StringComparison.OrdinalIgnoreCase))
        {
            await ProcessNextAsync(message, pipeline);
            return;
        }

        var kind = $"{message.Request.Method} {Repository().Match(message.Request.Uri.Path).Value}";
        if (authorizations.TryGetValue(kind, out var authorization))
            message.Request.Headers.SetValue(HttpHeader.Names.Authorization, authorization);

        await ProcessNextAsync(message, pipeline);
        if (message.Response.Status != 401 || await AnswerAsync(message) is not { } answer)
            return;

        authorizations[kind] = answer;
        message.Request.Headers.SetValue(HttpHeader.Names.Authorization, answer);
        message.Response.Dispose();
        await ProcessNextAsync(message, pipeline);
        if (message.Response.Status == 401)
        {
            // Thrown here, because the client behind this policy would take the challenge for Azure's and request a token of the registry.
            throw new RequestFailedException(message.Response);
        }
    }

    private async Task<string?> AnswerAsync(HttpMessage message)
    {
        if (!message.Response.Headers.TryGetValue("WWW-Authenticate", out var challenge))
            return null;

        if (challenge.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return login is { } basic ? $"Basic {Encode(basic)}" : null;

        var parameters = Parameter()
            .Matches(challenge)
            .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["value"].Value, StringComparer.OrdinalIgnoreCase);
        var realm = new Uri(parameters["realm"]);
        if (realm.Scheme != Uri.UriSchemeHttps && !realm.IsLoopback)
            throw new InvalidOperationException($"{registry} sends its users to {realm} for a token; it must be https.");

        var (service, scope) = (parameters.GetValueOrDefault("service", ""), parameters.GetValueOrDefault("scope", ""));
        var query = $"service={Uri.EscapeDataString(service)}&scope={Uri.EscapeDataString(scope)}";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{realm}?{query}");
        if (login is { } user)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Encode(user));

        using var response = await http.SendAsync(request, message.CancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new RequestFailedException(
                (int)response.StatusCode,
                $"GET {realm} returned {(int)response.StatusCode}: {response.ReasonPhrase}"
            );
        }

        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(message.CancellationToken));
        var token = body.RootElement.TryGetProperty("token", out var found) ? found : body.RootElement.GetProperty("access_token");
        return $"Bearer {token.GetString()}";
    }

    private static string Encode(RegistryLogin user) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user.Name}:{user.Password}"));

    [GeneratedRegex("(?<name>[A-Za-z_]+)=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();

    [GeneratedRegex("^.*?(?=/manifests/|/blobs/|/tags/|$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Repository();
}
