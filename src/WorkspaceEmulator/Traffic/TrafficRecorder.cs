using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Extensions;

namespace WorkspaceEmulator.Traffic;

/// <summary>
/// Writes exchanges as JSON lines: <c>{method, url, requestHeaders, requestBody, status, responseHeaders, responseBody}</c>. Secrets are
/// left out: authorization and cookies, secrets of datastores, passwords, tokens, and signatures in addresses.
/// </summary>
internal sealed partial class TrafficRecorder(string? file)
{
    private static readonly string[] SecretHeaders = ["authorization", "cookie", "set-cookie"];
    private static readonly string[] SecretMembers =
    [
        "sasToken",
        "clientSecret",
        "adminUserPassword",
        "sasUri",
        "userStorageKey",
        "password",
        "pat",
        "sas",
        "secretAccessKey",
        "token",
        "accessToken",
        "access_token",
        "refresh_token",
    ];
    private static readonly JsonSerializerOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Lock gate = new();

    [GeneratedRegex(
        @"(?<=(^|[?&])(sig|token|access_token|refresh_token|password)=)[^&\s""]+",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex SecretQuery();

    /// <summary>Gets the absolute path of the file; null while nothing is recorded.</summary>
    public string? File { get; private set; } = file;

    public void SwitchTo(string? file)
    {
        lock (gate)
            File = file is null ? null : Path.GetFullPath(file);
    }

    public void Write(HttpContext context, string? requestBody, string? responseBody)
    {
        var exchange = new JsonObject
        {
            ["method"] = context.Request.Method,
            ["url"] = Clean(context.Request.GetEncodedUrl()),
            ["requestHeaders"] = Headers(context.Request.Headers),
            ["requestBody"] = Body(requestBody, context.Request.ContentType),
            ["status"] = context.Response.StatusCode,
            ["responseHeaders"] = Headers(context.Response.Headers),
            ["responseBody"] = Body(responseBody, context.Response.ContentType),
        };
        lock (gate)
        {
            if (File is not { } file)
                return;
            if (Path.GetDirectoryName(file) is { Length: > 0 } folder)
                Directory.CreateDirectory(folder);
            System.IO.File.AppendAllText(file, exchange.ToJsonString(Format) + "\n");
        }
    }

    private static JsonObject Headers(IHeaderDictionary headers)
    {
        var json = new JsonObject();
        foreach (var (name, values) in headers)
        {
            if (!SecretHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
                json[name] = Clean(values.ToString());
        }

        return json;
    }

    private static JsonNode? Body(string? text, string? contentType)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (contentType?.Contains("json", StringComparison.OrdinalIgnoreCase) != true)
            return Clean(text);
        try
        {
            return Clean(JsonNode.Parse(text));
        }
        catch (JsonException)
        {
            return Clean(text); // Declared as JSON but invalid: the text shows what was sent.
        }
    }

    private static string Clean(string text) => SecretQuery().Replace(text, "left-out");

    private static JsonNode? Clean(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject json:
                var clean = new JsonObject();
                // "key" is a secret only beside "secretsType"; a metric also has a "key".
                var isSecrets = json.ContainsKey("secretsType");
                var isConnection = json.ContainsKey("authType");
                foreach (var (name, value) in json)
                {
                    if (isConnection && name == "credentials")
                        continue;
                    if (!SecretMembers.Contains(name, StringComparer.OrdinalIgnoreCase) && (!isSecrets || name == "secretsType"))
                        clean[name] = Clean(value);
                }

                return clean;
            case JsonArray array:
                return new JsonArray([.. array.Select(Clean)]);
            case JsonValue value when value.TryGetValue<string>(out var text):
                return Clean(text);
            default:
                return node?.DeepClone();
        }
    }
}
