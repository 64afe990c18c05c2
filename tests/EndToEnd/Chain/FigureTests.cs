using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fixtures.Checkouts;

namespace EndToEnd.Chain;

/// <summary>One run has one value of each figure, whoever names it: outcome, report, studio and the model's own file.</summary>
public sealed class FigureTests(DemoData data)
{
    [Fact]
    public async Task Train_GivesTheSameFigures_InOutcomeReportStudioAndModel()
    {
        await using var checkout = new Checkout();
        data.Lend(checkout);
        checkout.WriteExperiment(
            ("RUN_PARAMS.STEPS", "3"),
            ("RUN_PARAMS.WARMUP_STEPS", "1"),
            ("RUN_PARAMS.BATCH_SIZE", "2"),
            ("MODEL_PARAMS.IMAGE_SIZE", "64"),
            DemoData.FewImages
        );
        var trained = await checkout.SucceedAsync("--target=Train");
        var outcome = checkout.ReadOutcome();
        var job = (string)outcome["job"]!;
        await checkout.SucceedAsync("--target=Report", $"--job={job}");

        var report = Read(checkout, "artifacts", "report.json");
        var studio = await ReadStudioAsync(checkout, job);
        var model = NumbersOf(Read(checkout, (string)outcome["artifacts"]!, "outputs", "final_model", "metrics.json"));
        var metrics = NumbersOf(outcome["metrics"]!);
        Assert.Contains("eval_mAP", metrics.Keys);
        Assert.Equal(metrics, NumbersOf(studio["metrics"]!));
        Assert.Empty(model.Keys.Except(metrics.Keys));
        Assert.All(model, metric => Assert.Equal(metrics[metric.Key], metric.Value));
        var reported = report["metrics"]!.AsArray().ToDictionary(one => (string)one!["name"]!, one => (double?)one!["value"]);
        Assert.Contains("eval_mAP", reported.Keys);
        // -1 is a metric without anything to measure, which the report leaves out.
        Assert.All(reported, metric => Assert.Equal(metrics[metric.Key] < 0 ? null : metrics[metric.Key], metric.Value));
        AssertShown(checkout, trained.Output, metrics, reported);

        var seconds = (double)report["durationSeconds"]!;
        Assert.Equal(((DateTimeOffset)outcome["ended"]! - (DateTimeOffset)outcome["started"]!).TotalSeconds, seconds, 6);
        Assert.Equal(seconds, (double)studio["seconds"]!, 3);
        var whole = TimeSpan.FromSeconds(Math.Round(seconds, MidpointRounding.AwayFromZero));
        Assert.Contains($"Completed after {whole:h\\:mm\\:ss}", trained.Output, StringComparison.Ordinal);
        var markdown = ReadText(checkout, "artifacts", "report.md");
        var shown = whole.TotalMinutes >= 1 ? $"{(int)whole.TotalMinutes} min {whole.Seconds} s" : $"{whole.Seconds} s";
        Assert.Contains($"- duration: {shown}\n", markdown, StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(outcome["cost"], report["cost"]), $"{outcome["cost"]} {report["cost"]}");
    }

    // The console and the Markdown round to four decimals; the console leaves out zeros at the end.
    private static void AssertShown(
        Checkout checkout,
        string console,
        Dictionary<string, double> metrics,
        Dictionary<string, double?> reported
    )
    {
        var lines = console.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        Assert.All(metrics.Where(metric => !metric.Key.StartsWith("train_loss", StringComparison.Ordinal)), metric =>
            Assert.Contains(lines, line =>
                line is [var name, var value]
                && name == metric.Key
                && value == metric.Value.ToString("0.####", CultureInfo.InvariantCulture)
            )
        );
        var rows = ReadText(checkout, "artifacts", "report.md").Split('\n');
        Assert.All(reported.Where(metric => metric.Value is not null), metric =>
        {
            var row = Assert.Single(rows, line => line.StartsWith($"| `{metric.Key}` | ", StringComparison.Ordinal));
            var value = double.Parse(row.Split('|')[2], CultureInfo.InvariantCulture);
            Assert.Equal(double.Parse(metric.Value!.Value.ToString("0.0000", CultureInfo.InvariantCulture)), value);
        });
    }

    private static Dictionary<string, double> NumbersOf(JsonNode metrics) =>
        metrics
            .AsObject()
            .Where(metric => metric.Value?.GetValueKind() == JsonValueKind.Number)
            .ToDictionary(metric => metric.Key, metric => metric.Value!.GetValue<double>());

    private static string ReadText(Checkout checkout, params string[] path) => File.ReadAllText(Path.Combine([checkout.Root, .. path]));

    private static JsonNode Read(Checkout checkout, params string[] path) => JsonNode.Parse(ReadText(checkout, path))!;

    private static async Task<JsonNode> ReadStudioAsync(Checkout checkout, string job)
    {
        var (stop, folder) = (TestContext.Current.CancellationToken, Path.Combine(checkout.Root, ".local", "emulator"));
        var endpoint = (string)Read(checkout, ".local", "emulator", "emulator.json")["endpoint"]!;
        using var handler = new SocketsHttpHandler
        {
            CookieContainer = new CookieContainer(),
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new()
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "emulator.crt")) },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        using var client = new HttpClient(handler) { BaseAddress = new(endpoint) };
        var token = (await File.ReadAllTextAsync(Path.Combine(folder, "studio-token"), stop)).Trim();
        using var opened = await client.GetAsync($"studio?token={token}", stop);
        Assert.Equal(HttpStatusCode.OK, opened.StatusCode);
        return JsonNode.Parse(await client.GetStringAsync($"studio/api/jobs/{job}", stop))!;
    }
}
