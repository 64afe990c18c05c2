using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CodeHosts.Annotations;
using CodeHosts.Commands;
using CodeHosts.Comments;
using CodeHosts.Facts;
using CodeHosts.Gate;
using CodeHosts.Hosts;
using CodeHosts.Platforms;
using CodeHosts.Text;
using Fixtures;

namespace CodeHosts.Tests.Text;

/// <summary>No text from outside becomes a command, an output, or markup, wherever CodeHosts writes it.</summary>
public sealed partial class InjectionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Data => Payloads.Data;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Payloads_AreAtLeastForty() => Assert.True(Payloads.All.Count >= 40);

    [Theory]
    [MemberData(nameof(Data))]
    public void Reason_IsOneHarmlessLine(string payload)
    {
        foreach (var request in Requests(payload))
        {
            var decision = LaunchGate.Decide(request);

            Assert.DoesNotContain(decision.Reason, letter => "$`<>|&*[]#%{}!\\~^@\r\n".Contains(letter, StringComparison.Ordinal));
            Assert.DoesNotContain("::", decision.Reason, StringComparison.Ordinal);
            Assert.NotEqual(Decision.Launch, decision.Decision);
        }
    }

    [Theory]
    [MemberData(nameof(Data))]
    public void Show_LeavesNoCommand(string payload)
    {
        var shown = $"| {SafeText.Show(payload)}";

        Assert.False(CommandsOfGitHub(shown).Any());
        Assert.False(CommandsOfAzure(shown).Any());
        Assert.DoesNotContain(shown[2..], letter =>
            char.IsControl(letter) || CharUnicodeInfo.GetUnicodeCategory(letter) == UnicodeCategory.Format
        );
    }

    [Theory]
    [MemberData(nameof(Data))]
    public void Annotation_IsOneCommandWithTheWholeMessage_OnGitHub(string payload)
    {
        var fault = new CodeFault(FaultRules.ExpConfig, payload, $"exp_configs/{payload}.json", 3, 5);

        var line = Assert.Single(Lines(fault, ("GITHUB_ACTIONS", "true")));

        Assert.Single(line.Split('\n'));
        var command = Assert.Single(CommandsOfGitHub(line));
        Assert.Equal("error", command.Name);
        Assert.Equal(["col", "file", "line", "title"], command.Properties.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Visible($"exp_configs/{payload}.json"), command.Properties["file"]);
        var message = string.Join(
            '\n',
            command
                .Data.Split('\n')
                .Select(part => part.StartsWith('\\') && part.Contains("::", StringComparison.Ordinal) ? part[1..] : part)
        );
        Assert.Equal(Visible(payload), message.Replace("##\\", "##", StringComparison.Ordinal), ignoreCase: true);
    }

    [Theory]
    [MemberData(nameof(Data))]
    public void Annotation_IsOneCommandWithTheWholeMessage_OnAzureDevOps(string payload)
    {
        var fault = new CodeFault(FaultRules.ExpConfig, payload, $"exp_configs/{payload}.json", 3, 5);

        var line = Assert.Single(Lines(fault, ("TF_BUILD", "True")));

        Assert.Single(line.Split('\n'));
        var command = Assert.Single(CommandsOfAzure(line));
        Assert.Equal("task.logissue", command.Name);
        Assert.Equal(["code", "columnnumber", "linenumber", "sourcepath", "type"], command.Properties.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Visible($"exp_configs/{payload}.json"), command.Properties["sourcepath"]);
    }

    [Theory]
    [MemberData(nameof(Data))]
    public void Sarif_HoldsTheMessageAsText(string payload)
    {
        using var log = JsonDocument.Parse(
            SarifLog.Write("1.0.0", [new(FaultRules.ExpConfig, payload, $"exp_configs/{payload}.json", 3, 5)])
        );

        var result = log.RootElement.GetProperty("runs")[0].GetProperty("results")[0];
        var message = result.GetProperty("message").GetProperty("text").GetString()!;
        Assert.DoesNotMatch(@"(?<!\\)(\\\\)*\[", message);
        Assert.DoesNotMatch(@"(?<!\{)\{(\{\{)*(?!\{)", message);
        var address = result.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri");
        Assert.Matches("^[A-Za-z0-9%._~/!*'()-]+$", address.GetString()!);
    }

    [Theory]
    [MemberData(nameof(Data))]
    public void Output_IsOneValue_OnGitHub(string payload)
    {
        var file = folder.Write("output", "");

        StepOutputs.Write(name => name == "GITHUB_OUTPUT" ? file : null, _ => Assert.Fail("GitHub reads a file"), "reason", payload);

        var read = Assert.Single(ReadOutputs(File.ReadAllText(file)));
        Assert.Equal(("reason", payload), read);
    }

    [Theory]
    [MemberData(nameof(Data))]
    public void Output_IsOneCommand_OnAzureDevOps(string payload)
    {
        var said = new List<string>();

        StepOutputs.Write(name => name == "TF_BUILD" ? "True" : null, said.Add, "reason", payload);

        var command = Assert.Single(CommandsOfAzure(Assert.Single(said)));
        Assert.Equal("reason", command.Properties["variable"]);
        Assert.Equal(Visible(payload), command.Data);
    }

    [Theory]
    [MemberData(nameof(Data))]
    public void Code_IsNoMarkup(string payload)
    {
        var code = MarkdownText.Code(payload);

        Assert.True(
            code == "–" || (code.Length > 2 && code[0] == '`' && code[^1] == '`' && !code[1..^1].AsSpan().ContainsAny('`', '\n')),
            code
        );
        // A bar ends a cell of a table.
        Assert.DoesNotContain('|', code);
    }

    [Theory]
    [MemberData(nameof(Data))]
    public void Link_LeadsNowhereElse(string payload)
    {
        Assert.Equal(MarkdownText.Code("job"), MarkdownText.Link("job", $"https://ml.azure.com/{payload}) [x](y"));
        Assert.True(MarkdownText.Picture(payload, "javascript:alert(1)").Length == 0);
        Assert.Matches(@"^!\[[^\[\]()]*\]\(https://a\.example/x\.png\)$", MarkdownText.Picture(payload, "https://a.example/x.png"));
    }

    [Theory]
    [MemberData(nameof(Data))]
    public void Comment_KeepsItsSections_WhateverTheyHold(string payload)
    {
        var text = new CommentText();
        text.Set(new LaunchedJob("demo-1", $"exp_configs/{payload}.json", [payload], "local_config.json", "c", default, payload, payload));
        text.Set(payload, $"A {payload} B");
        text.Set("other", "C");

        var read = CommentText.Read(text.Write(65_536));

        Assert.Equal(payload, read.Jobs.Single().Status);
        Assert.Equal(text.Write(65_536), read.Write(65_536));
        Assert.Equal(1, Markers().Count(text.Write(65_536)));
    }

    [Theory]
    [MemberData(nameof(Data))]
    public void Status_IsOneHarmlessLine(string payload)
    {
        var status = new VerdictStatus(VerdictState.Failure, payload, $"https://a.example/{payload}");

        Assert.DoesNotMatch("[$`<>|&;*\\[\\]#%{}!'\"\\\\~^@:\r\n]", status.ShownDescription);
        Assert.True(status.ShownDescription.Length <= 140);
        Assert.True(status.ShownPage is null || Uri.IsWellFormedUriString(status.ShownPage, UriKind.Absolute));
    }

    [Theory]
    [MemberData(nameof(Data))]
    public void Parse_PassesValuesOnUnchanged_OrRefusesThem(string payload)
    {
        var command = CommentCommand.Parse($"/train exp_configs/demo.json DESCRIPTION=\"{payload}\"", Platform.GitHub);

        Assert.NotNull(command);
        Assert.True(
            command.Faults.Count > 0
                || command.Overrides.SequenceEqual([$"DESCRIPTION={payload.Replace("\"", "", StringComparison.Ordinal)}"]),
            string.Join(", ", command.Overrides)
        );
    }

    [Theory]
    [MemberData(nameof(Data))]
    public void Summary_IsWrittenAsItIs_AndOnlyThere(string payload)
    {
        var file = folder.Write("summary", "");

        new StepSummary(name => name == "GITHUB_STEP_SUMMARY" ? file : null, folder.Root).Add(
            "Heading",
            MarkdownText.Table(
                ["", ""],
                [
                    ["reason", MarkdownText.Code(payload)],
                ]
            )
        );

        Assert.Equal(6, File.ReadAllLines(file).Length);
    }

    private static IEnumerable<LaunchRequest> Requests(string payload)
    {
        var pull = new PullRequest(42, PullRequestState.Open, CodeSource.SameRepository, payload, "a")
        {
            Branch = payload,
            Labels = ["train"],
        };
        var request = new LaunchRequest
        {
            Platform = Platform.GitHub,
            Trigger = Trigger.Other,
            EventName = payload,
            PullRequest = pull,
            Head = HeadState.AsSeen,
            Requester = new(payload, Permission.Write),
            Changes = new([new("exp_configs/demo.json")]),
        };
        yield return request;
        yield return request with
        {
            Trigger = Trigger.Labeled,
            Label = payload,
        };
        yield return request with
        {
            Trigger = Trigger.Labeled,
            Label = "train",
        };
        yield return request with
        {
            Trigger = Trigger.Labeled,
            Label = "train",
            Requester = new(payload, Permission.Read),
        };
        yield return request with
        {
            Trigger = Trigger.Labeled,
            Label = "train",
            Requester = new(payload, Permission.Admin, IsBot: true),
        };
        foreach (
            var comment in new[]
            {
                $"/train {payload}",
                $"/train exp_configs/{payload}.json",
                $"/train {payload}=1",
                $"/cancel {payload}x y",
                $"/status {payload}",
            }
        )
        {
            var command = CommentCommand.Parse(comment, Platform.GitHub);
            var commented = request with { Trigger = Trigger.Commented, Command = command };
            yield return commented with
            {
                Requester = new(payload, Permission.Read),
            };
            if (command is { Kind: not CommentCommandKind.Train, Faults.Count: > 0 } or { Kind: CommentCommandKind.Train })
                yield return commented;
        }
    }

    private static IEnumerable<string> Lines(CodeFault fault, (string Name, string Value) variable) =>
        FaultAnnotations.Lines(name => name == variable.Name ? variable.Value : null, "/repository", [fault]);

    /// <summary>The visible part of a text: the rest, and the sequence that colors a terminal, is removed before it is written.</summary>
    private static string Visible(string text) =>
        string.Concat(
            text.Replace("\u001b[31m", "", StringComparison.Ordinal)
                .ReplaceLineEndings("\n")
                .EnumerateRunes()
                .Where(rune =>
                    rune.Value is '\n' or '\t'
                    || Rune.GetUnicodeCategory(rune)
                        is not (
                            UnicodeCategory.Control
                            or UnicodeCategory.Format
                            or UnicodeCategory.LineSeparator
                            or UnicodeCategory.ParagraphSeparator
                        )
                )
                .Select(rune => rune.ToString())
        );

    // As the runner parses: GitHub's own source, described in the contract of the hosts.
    private static IEnumerable<ParsedCommand> CommandsOfGitHub(string text)
    {
        string[] names =
        [
            "stop-commands",
            "add-mask",
            "add-matcher",
            "remove-matcher",
            "add-path",
            "set-env",
            "set-output",
            "save-state",
            "debug",
            "notice",
            "warning",
            "error",
            "group",
            "endgroup",
            "echo",
        ];
        foreach (var line in text.Split('\n'))
        {
            var trimmed = line.TrimStart();
            if (
                GitHubForm().Match(trimmed) is { Success: true } match
                && names.Contains(match.Groups["name"].Value, StringComparer.OrdinalIgnoreCase)
            )
            {
                yield return new(
                    match.Groups["name"].Value,
                    Properties(match.Groups["properties"].Value, ',', GitHubText),
                    GitHubText(match.Groups["data"].Value)
                );
            }
            else if (
                OldForm().Match(line) is { Success: true } old
                && names.Contains(old.Groups["name"].Value, StringComparer.OrdinalIgnoreCase)
            )
            {
                yield return new(old.Groups["name"].Value, [], old.Groups["data"].Value);
            }
        }
    }

    private static IEnumerable<ParsedCommand> CommandsOfAzure(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            if (AzureForm().Match(line) is { Success: true } match)
            {
                yield return new(
                    match.Groups["name"].Value,
                    Properties(match.Groups["properties"].Value, ';', AzureText),
                    AzureText(match.Groups["data"].Value)
                );
            }
        }
    }

    private static Dictionary<string, string> Properties(string text, char separator, Func<string, string> unescape) =>
        text.Split(separator, StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Trim().Split('=', 2))
            .ToDictionary(pair => pair[0], pair => unescape(pair[1]), StringComparer.Ordinal);

    private static string GitHubText(string text) =>
        text.Replace("%0D", "\r").Replace("%0A", "\n").Replace("%3A", ":").Replace("%2C", ",").Replace("%25", "%");

    private static string AzureText(string text) =>
        text.Replace("%3B", ";").Replace("%0D", "\r").Replace("%0A", "\n").Replace("%5D", "]").Replace("%AZP25", "%");

    private static IEnumerable<(string Name, string Value)> ReadOutputs(string text)
    {
        var lines = text.Split('\n');
        for (var index = 0; index < lines.Length; index++)
        {
            var (equals, brackets) = (
                lines[index].IndexOf('=', StringComparison.Ordinal),
                lines[index].IndexOf("<<", StringComparison.Ordinal)
            );
            if (lines[index].Length == 0)
                continue;
            if (brackets < 0 || (equals >= 0 && equals < brackets))
            {
                yield return (lines[index][..equals], lines[index][(equals + 1)..]);
                continue;
            }

            var (name, delimiter, value) = (lines[index][..brackets], lines[index][(brackets + 2)..], new List<string>());
            while (lines[++index] != delimiter)
                value.Add(lines[index]);
            yield return (name, string.Join('\n', value));
        }
    }

    private sealed record ParsedCommand(string Name, Dictionary<string, string> Properties, string Data);

    [GeneratedRegex("^::(?<name>[^ :]+)( (?<properties>.*?))?::(?<data>.*)$", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex GitHubForm();

    [GeneratedRegex(@"##\[(?<name>[^\] ]+)[^\]]*\](?<data>.*)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OldForm();

    [GeneratedRegex(@"##vso\[(?<name>[^\] ]+)( (?<properties>[^\]]*))?\](?<data>.*)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AzureForm();

    [GeneratedRegex("^" + CommentText.Marker + "$", RegexOptions.Multiline, 1000)]
    private static partial Regex Markers();
}
