using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace EndToEnd.Attacks;

/// <summary>Lists requests without the necessary permission.</summary>
public static class TokenAttacks
{
    private const string Area = "Tokens and signatures";
    private const string NoneHeader = "eyJhbGciOiJub25lIn0"; // {"alg":"none"}

    public static IReadOnlyList<Attack> All { get; } =
    [
        Without("no token", ""),
        Without("an empty bearer", " "),
        Without("a token that is one digit short", null, token => token[..^1]),
        Without("the token in another letter case", null, token => token.ToUpperInvariant()),
        new(Area, "the token in the address of an API request", "401.", async (target, _) =>
            await target.ExpectAsync(401, HttpMethod.Get, Target.Arm($"/jobs?token={target.Token}"), token: "")
        ),
        OfAJob("a job's token for another job's run", job => (HttpMethod.Get, Target.History("/runs/victim")), 404),
        OfAJob("a job's token for another job's artifacts", job => (HttpMethod.Get, Target.Artifacts("victim", "")), 404),
        OfAJob("a job's token for a job's definition", job => (HttpMethod.Get, Target.Arm($"/jobs/{job}")), 403),
        OfAJob("a job's token to cancel its own job", job => (HttpMethod.Post, Target.Arm($"/jobs/{job}/cancel")), 403),
        OfAJob("a job's token to stop the emulator", _ => (HttpMethod.Post, "emulator/shutdown"), 403),
        OfAJob("a job's token for the studio", _ => (HttpMethod.Get, "studio/api/jobs"), 403),
        OfAJob("a job's token for a secret of the key vault", _ => (HttpMethod.Get, "keyvault/kv/secrets/s?api-version=7.4"), 403),
        new(Area, "a job's token after the job has ended", "401.", UseOldTokenAsync),
        Signed("a signed log address whose signature ends in another digit", address => address[..^1] + (address[^1] == '0' ? '1' : '0')),
        Signed("a signed log address with a later expiry", address => address.Replace("se=", "se=9", StringComparison.Ordinal)),
        Signed("a signed log address for another file", address =>
            address.Replace("user_logs/std_log.txt", "system_logs/lifecycler/lifecycler.log", StringComparison.Ordinal)
        ),
        Signed("a signed log address without a signature", address => address[..address.IndexOf('?', StringComparison.Ordinal)]),
        Registry("an empty password for a registry token", "grant_type=password&service=r&username=u&password=", 401),
        Registry(
            "an unsigned refresh token (`alg` `none`)",
            $"grant_type=refresh_token&service=r&refresh_token={NoneHeader}.eyJhdWQiOiJyIn0.",
            401
        ),
        Registry("a refresh token of another service", null, 401),
        new(Area, "basic authentication that is not base64", "401.", async (target, _) =>
            Assert.Equal(401, (await target.SendAsync(HttpMethod.Get, "oauth2/token?service=r", token: "", headers: Basic("%%%"))).Status)
        ),
        new(Area, "a studio cookie that is not the emulator's", "401.", async (target, _) =>
            Assert.Equal(
                401,
                (
                    await target.SendAsync(HttpMethod.Get, "studio/api/jobs", token: "", headers: headers =>
                        headers.Add("Cookie", $"studio-{target.Endpoint.Port}=00")
                    )
                ).Status
            )
        ),
        new(Area, "the studio's own cookie for an API request", "401.", UseCookieAsync),
    ];

    private static Action<HttpRequestHeaders> Basic(string value) =>
        headers => headers.TryAddWithoutValidation("Authorization", $"Basic {value}");

    private static Attack Without(string input, string? token, Func<string, string>? change = null) =>
        new(Area, $"a request with {input}", "401.", async (target, _) =>
            await target.ExpectAsync(401, HttpMethod.Get, Target.Arm("/jobs"), token: token ?? change!(target.Token))
        );

    private static Attack OfAJob(string input, Func<string, (HttpMethod Method, string Path)> request, int status) =>
        new(Area, input, $"{status}.", async (target, job) =>
        {
            var token = await target.StartAsync(job, "true");
            if ((await target.SendAsync(HttpMethod.Get, Target.Arm("/jobs/victim"))).Status == 404)
                await target.SubmitAsync("victim", "true");
            await target.EndAsync("victim");

            var (method, path) = request(job);
            await target.ExpectAsync(status, method, path, token: token);
        });

    private static async Task UseOldTokenAsync(Target target, string job)
    {
        var token = await target.StartAsync(job, "true");
        await target.ExpectAsync(200, HttpMethod.Get, Target.History($"/runs/{job}"), token: token);
        await target.CancelAsync(job);

        await target.ExpectAsync(401, HttpMethod.Get, Target.History($"/runs/{job}"), token: token);
    }

    private static Attack Signed(string input, Func<string, string> change) => new(Area, input, "403.", async (target, job) =>
        {
            await target.SubmitAsync(job, "echo log");
            await target.EndAsync(job);
            var details = JsonNode.Parse(await target.ExpectAsync(200, HttpMethod.Get, Target.History($"/runs/{job}/details")))!;
            var address = (string)details["logFiles"]!["user_logs/std_log.txt"]!;
            await target.ExpectAsync(200, HttpMethod.Get, address, token: "");

            await target.ExpectAsync(403, HttpMethod.Get, change(address), token: "");
        });

    private static Attack Registry(string input, string? form, int status) => new(Area, input, $"{status}.", async (target, _) =>
        {
            form ??=
                "grant_type=refresh_token&service=other&refresh_token="
                + (string?)
                    JsonNode.Parse(
                        (await PostAsync(target, "oauth2/exchange", $"grant_type=access_token&service=r&access_token={target.Token}")).Body
                    )!["refresh_token"];
            Assert.Equal(status, (await PostAsync(target, "oauth2/token", form)).Status);
        });

    private static Task<(int Status, string Body)> PostAsync(Target target, string path, string form) =>
        target.SendAsync(HttpMethod.Post, path, new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"), "");

    private static async Task UseCookieAsync(Target target, string job)
    {
        var cookie = await target.OpenStudioAsync();

        var shown = await target.SendAsync(HttpMethod.Get, "studio/api/jobs", token: "", headers: headers => headers.Add("Cookie", cookie));
        var (status, _) = await target.SendAsync(HttpMethod.Get, Target.Arm("/jobs"), token: "", headers: headers =>
            headers.Add("Cookie", cookie)
        );

        Assert.Equal((200, 401), (shown.Status, status));
    }
}
