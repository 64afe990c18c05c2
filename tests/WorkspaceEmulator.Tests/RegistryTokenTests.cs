using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Fixtures.Registries;

namespace WorkspaceEmulator.Tests;

public class RegistryTokenTests
{
    private const string AzureUser = "00000000-0000-0000-0000-000000000000";
    private const string Service = "example.azurecr.io";

    [Fact]
    public async Task Exchange_ReturnsARefreshToken_ThatGrantsEveryScope()
    {
        await using var emulator = await TestEmulator.StartAsync();

        var refresh = await ExchangeAsync(emulator, Service);
        var answer = await PostAsync(
            emulator,
            "oauth2/token",
            HttpStatusCode.OK,
            ("grant_type", "refresh_token"),
            ("service", Service),
            ("refresh_token", refresh),
            ("scope", "repository:host:5000/detection:pull,push registry:catalog:*"),
            ("scope", "repository:other:metadata_read")
        );

        Assert.Equal("refresh_token", (string?)Claims(refresh)["grant_type"]);
        var claims = Claims((string)answer["access_token"]!);
        Assert.Equal(("Azure Container Registry", Service), ((string?)claims["iss"], (string?)claims["aud"]));
        Assert.Equal(75 * 60, (long)claims["exp"]! - (long)claims["iat"]!);
        Assert.Equal(
            """[{"type":"repository","name":"host:5000/detection","actions":["pull","push"]},"""
                + """{"type":"registry","name":"catalog","actions":["*"]},{"type":"repository","name":"other","actions":["metadata_read"]"""
                + """}]""",
            claims["access"]!.ToJsonString()
        );
    }

    [Fact]
    public async Task GetToken_ReturnsAToken_ForPasswords()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var owner = await OwnerAsync(emulator);
        var refresh = await ExchangeAsync(emulator, Service);

        foreach (var (user, password) in new[] { (AzureUser, refresh), ("anybody", owner) })
        {
            await PostAsync(
                emulator,
                "oauth2/token",
                HttpStatusCode.OK,
                ("grant_type", "password"),
                ("service", Service),
                ("username", user),
                ("password", password)
            );
            Assert.Equal(HttpStatusCode.OK, await BasicAsync(emulator, user, password));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await BasicAsync(emulator, AzureUser, owner));
        Assert.Equal(HttpStatusCode.Unauthorized, await BasicAsync(emulator, "anybody", refresh));
        Assert.Equal(HttpStatusCode.Unauthorized, await BasicAsync(emulator, AzureUser, "x.y.z"));
    }

    public static TheoryData<string, string, HttpStatusCode, string> Refused =>
        new()
        {
            {
                "oauth2/exchange",
                $"grant_type=access_token&service={Service}&access_token=wrong",
                HttpStatusCode.Unauthorized,
                "authentication required: the token or password is not the emulator's, or has expired."
            },
            {
                "oauth2/exchange",
                $"grant_type=device_code&service={Service}",
                HttpStatusCode.BadRequest,
                "grant_type must be access_token, access_token_refresh_token or refresh_token."
            },
            {
                "oauth2/exchange",
                "grant_type=access_token&access_token=wrong",
                HttpStatusCode.BadRequest,
                "service is missing; it must name the registry."
            },
            {
                "oauth2/exchange",
                "grant_type=access_token&service=another&access_token=wrong",
                HttpStatusCode.BadRequest,
                "No tokens are given for service 'another' (--registry-service)."
            },
            {
                "oauth2/token",
                $"grant_type=refresh_token&service={Service}&refresh_token=a.b.c",
                HttpStatusCode.Unauthorized,
                "authentication required: the token or password is not the emulator's, or has expired."
            },
            {
                "oauth2/token",
                $"grant_type=password&service={Service}&username=a&password=b",
                HttpStatusCode.Unauthorized,
                "authentication required: the token or password is not the emulator's, or has expired."
            },
            {
                "oauth2/token",
                $"grant_type=none&service={Service}",
                HttpStatusCode.BadRequest,
                "grant_type must be refresh_token or password."
            },
            {
                "oauth2/token",
                $"grant_type=password&service={Service}&username=a&password=OWNER&scope=repository",
                HttpStatusCode.BadRequest,
                "scope is 'repository'; it must be TYPE:NAME:ACTIONS, such as repository:detection:pull,push."
            },
        };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task PostToken_ReturnsRegistryErrors_WhenRefused(string path, string form, HttpStatusCode status, string message)
    {
        await using var emulator = await TestEmulator.StartAsync(options => options with { RegistryService = Service });
        using var content = new StringContent(
            form.Replace("OWNER", await OwnerAsync(emulator), StringComparison.Ordinal),
            Encoding.UTF8,
            "application/x-www-form-urlencoded"
        );

        using var response = await emulator.Client.PostAsync(path, content, TestContext.Current.CancellationToken);

        Assert.Equal(status, response.StatusCode);
        var errors = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["errors"]!;
        Assert.Equal(message, (string?)errors[0]!["message"]);
    }

    [Fact]
    public async Task Write_OmitsTokens_AndOnlyTheOwnerReadsTheKey()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var record = Path.Combine(emulator.Folder, "record.jsonl");
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, "emulator/recording", $$"""{"file":"{{record}}"}""");
        var owner = await OwnerAsync(emulator);
        var refresh = await ExchangeAsync(emulator, Service);
        await PostAsync(
            emulator,
            "oauth2/token",
            HttpStatusCode.OK,
            ("grant_type", "password"),
            ("service", Service),
            ("username", "a"),
            ("password", owner)
        );
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, "emulator/recording", """{"file":null}""");

        var recorded = await File.ReadAllTextAsync(record, TestContext.Current.CancellationToken);

        Assert.Contains("grant_type=access_token", recorded, StringComparison.Ordinal);
        Assert.DoesNotContain(owner, recorded, StringComparison.Ordinal);
        Assert.DoesNotContain(refresh, recorded, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", recorded, StringComparison.Ordinal); // Every JSON web token begins so.
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(emulator.Folder, "registry-token.key"))
        );
    }

    [Fact]
    public async Task Sign_UsesTheKeyOfTheKeySet_AlsoAfterARestart()
    {
        var folder = TestEmulator.NewFolder();
        string first;
        await using (var emulator = await TestEmulator.StartAsync(folder: folder))
            first = await ExchangeAsync(emulator, Service);
        await using (var emulator = await TestEmulator.StartAsync(folder: folder))
        {
            // An earlier token is still valid.
            await PostAsync(
                emulator,
                "oauth2/token",
                HttpStatusCode.OK,
                ("grant_type", "refresh_token"),
                ("service", Service),
                ("refresh_token", first)
            );
            var key = JsonNode.Parse(
                await File.ReadAllTextAsync(Path.Combine(folder, "registry-token.jwks.json"), TestContext.Current.CancellationToken)
            )!["keys"]![0]!;
            var parts = (await ExchangeAsync(emulator, Service)).Split('.');
            Assert.Equal((string?)key["kid"], (string?)JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!["kid"]);
            using var ecdsa = ECDsa.Create(
                new ECParameters
                {
                    Curve = ECCurve.NamedCurves.nistP256,
                    Q = new() { X = Base64Url.DecodeFromChars((string)key["x"]!), Y = Base64Url.DecodeFromChars((string)key["y"]!) },
                }
            );
            Assert.True(
                ecdsa.VerifyData(
                    Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                    Base64Url.DecodeFromChars(parts[2]),
                    HashAlgorithmName.SHA256
                )
            );
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task IssueAccessToken_IsTrusted_ByARegistry()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await using var stranger = await TestEmulator.StartAsync();
        await using var registry = await DistributionRegistry.StartAsync(
            new()
            {
                TokenTrust = new(
                    new(emulator.Endpoint, "oauth2/token"),
                    Service,
                    "Azure Container Registry",
                    await File.ReadAllTextAsync(Path.Combine(emulator.Folder, "registry-token.crt"), TestContext.Current.CancellationToken)
                ),
            },
            TestContext.Current.CancellationToken
        );
        using var http = new HttpClient { BaseAddress = registry.Address };
        using var challenge = await http.GetAsync(new Uri("v2/_catalog", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains(
            $"realm=\"{emulator.Endpoint}oauth2/token\",service=\"{Service}\",scope=\"registry:catalog:*\"",
            challenge.Headers.WwwAuthenticate.ToString(),
            StringComparison.Ordinal
        );

        Assert.Equal(HttpStatusCode.OK, await CatalogueAsync(await AccessAsync(emulator, "registry:catalog:*")));
        Assert.Equal(HttpStatusCode.Unauthorized, await CatalogueAsync(await AccessAsync(emulator, "repository:x:pull")));
        Assert.Equal(HttpStatusCode.Unauthorized, await CatalogueAsync(await AccessAsync(stranger, "registry:catalog:*")));
        Assert.Equal(HttpStatusCode.Unauthorized, await CatalogueAsync(await ExchangeAsync(emulator, Service)));

        async Task<HttpStatusCode> CatalogueAsync(string token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("v2/_catalog", UriKind.Relative));
            request.Headers.Authorization = new("Bearer", token);
            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            return response.StatusCode;
        }
    }

    private static async Task<string> OwnerAsync(TestEmulator emulator) =>
        await File.ReadAllTextAsync(Path.Combine(emulator.Folder, "token"), TestContext.Current.CancellationToken);

    private static async Task<string> ExchangeAsync(TestEmulator emulator, string service) =>
        (string)
            (
                await PostAsync(
                    emulator,
                    "oauth2/exchange",
                    HttpStatusCode.OK,
                    ("grant_type", "access_token"),
                    ("service", service),
                    ("tenant", "t"),
                    ("access_token", await OwnerAsync(emulator))
                )
            )["refresh_token"]!;

    private static async Task<string> AccessAsync(TestEmulator emulator, string scope) =>
        (string)
            (
                await PostAsync(
                    emulator,
                    "oauth2/token",
                    HttpStatusCode.OK,
                    ("grant_type", "refresh_token"),
                    ("service", Service),
                    ("scope", scope),
                    ("refresh_token", await ExchangeAsync(emulator, Service))
                )
            )["access_token"]!;

    private static async Task<JsonNode> PostAsync(
        TestEmulator emulator,
        string path,
        HttpStatusCode status,
        params (string Name, string Value)[] fields
    )
    {
        // Without the emulator's token: clients of a registry have none.
        using var client = TestEmulator.CreateClient(emulator.Folder, emulator.Endpoint);
        client.DefaultRequestHeaders.Authorization = null;
        using var form = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var response = await client.PostAsync(path, form, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == status, $"{path} returned {(int)response.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }

    private static async Task<HttpStatusCode> BasicAsync(TestEmulator emulator, string user, string password)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"oauth2/token?service={Service}&scope=repository:x:pull&account={user}"
        );
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))
        );
        using var response = await emulator.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static JsonNode Claims(string token) => JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!;
}
