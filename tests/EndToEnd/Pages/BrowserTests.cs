using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;
using Reports.Building;
using Reports.Pages;
using Reports.Tests;

namespace EndToEnd.Pages;

/// <summary>Opens report.html in Debian's chromium, light and dark, 1280 and 390 pixels wide.</summary>
public sealed class BrowserTests
{
    /// <summary>Gets the absolute path of the repository.</summary>
    private static string Root { get; } =
        typeof(BrowserTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "RepositoryRoot").Value!;

    private static readonly string Node = Path.Combine(Root, "tests", "EndToEnd", "Pages", "node");

    [Fact]
    public async Task Page_SendsNoRequestAndHasNoSeriousFault_InABrowser()
    {
        Assert.True(
            Directory.Exists(Path.Combine(Node, "node_modules", "playwright-core")),
            "playwright-core is missing; run these tests by dotnet cake --target=Test --suite=Pages, which installs it."
        );
        using var plain = new SampleRun();
        plain.WritePredictions();
        // A chart for each of a few classes is enough; the log and the failure below hold every text.
        using var hostile = new SampleRun([.. Hostile.Texts.Take(8), "a\u202Eb", "\u05D0\u05D1\u05D2", Hostile.Long]);
        hostile.Write("user_logs/std_log.txt", string.Join('\n', Hostile.Texts));
        var inputs = new Dictionary<string, ReportInput>(StringComparer.Ordinal)
        {
            ["plain"] = plain.Input(),
            ["hostile"] = hostile.Input() with
            {
                Run = SampleRun.Facts("demo-2", hostile.Current, "Failed") with
                {
                    FailureReason = Hostile.Texts[1],
                    Sweep = HostileSweep.Of([.. Hostile.Texts.Take(8), "\u05D0\u05D1\u05D2", Hostile.Long]),
                },
            },
            ["sweep"] = plain.Input() with { Run = plain.Input().Run with { Sweep = SampleRun.Sweep() } },
            ["running"] = new(SampleRun.Facts("demo-2", plain.Current, "Running") with { PlannedConfig = null }),
        };
        var pages = inputs.Select(pair => Write(plain.Output, pair.Key, pair.Value)).ToList();

        var views = await BrowseAsync(pages);

        Assert.Equal(4 * pages.Count, views.Count);
        Assert.All(views, view =>
        {
            var name = (string)view!["view"]!;
            Assert.True(view["requests"]!.AsArray().Count == 0, $"{name} requests {view["requests"]}");
            Assert.True(view["messages"]!.AsArray().Count == 0, $"{name} says {view["messages"]}");
            Assert.True(view["elements"]!.AsArray().Count == 0, $"{name} holds {view["elements"]}");
            Assert.DoesNotContain(view["faults"]!.AsArray().Select(fault => (string)fault!), fault =>
                fault.StartsWith("serious", StringComparison.Ordinal) || fault.StartsWith("critical", StringComparison.Ordinal)
            );
            Assert.True((int)view["tables"]! == 0, $"{name} has {view["tables"]} figures that are not drawn");
            Assert.True((int)view["scroll"]! == 0, $"{name} is {view["scroll"]} pixels wider than the window");
            Assert.True((int)view["unreachable"]! == 0, $"{name} has {view["unreachable"]} elements that the Tab key does not reach");
        });
    }

    private static string Write(string folder, string name, ReportInput input)
    {
        var file = Path.Combine(folder, name + ".html");
        File.WriteAllText(file, HtmlPage.Write(input, ReportBuilder.Build(input)));
        return file;
    }

    private static async Task<JsonArray> BrowseAsync(IEnumerable<string> pages)
    {
        var output = await RunAsync("node", [Path.Combine(Node, "browse.mjs"), Chromium.Find(), .. pages]);
        return JsonNode.Parse(output.TrimEnd().Split('\n')[^1])!.AsArray();
    }

    internal static async Task<string> RunAsync(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["DEBIAN_FRONTEND"] = "noninteractive" },
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} exited with code {process.ExitCode}:\n{output}{await errors}");
        return output;
    }
}
