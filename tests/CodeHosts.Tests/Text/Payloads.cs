namespace CodeHosts.Tests.Text;

/// <summary>Text that attacks a shell, the commands of both platforms, Markdown, HTML, JSON, or the files of a pipeline.</summary>
internal static class Payloads
{
    public static IReadOnlyList<string> All { get; } =
    [
        // shells
        "$(touch /tmp/pwned)",
        "`touch /tmp/pwned`",
        "; touch /tmp/pwned",
        "| touch /tmp/pwned",
        "&& touch /tmp/pwned",
        "\"; touch /tmp/pwned; \"",
        "'; touch /tmp/pwned; '",
        "${IFS}touch${IFS}/tmp/pwned",
        "$'\\x74ouch'",
        "<(touch /tmp/pwned)",
        "%PATH%",
        "$env:GITHUB_TOKEN",
        "!(exit 1)",
        "a\\\nb",
        // GitHub's commands and expressions
        "::error file=a::pwned",
        "::set-output name=decision::launch",
        "::add-mask::launch",
        "::stop-commands::pwned",
        "  ::warning::pwned",
        "\u00a0::error::pwned",
        "x\n::error::pwned",
        "x\r::error::pwned",
        "x\u2028::error::pwned",
        "##[error]pwned",
        "x ##[set-output name=decision]launch",
        "##\u200b[error]pwned",
        "\u200b::error::pwned",
        "${{ secrets.GITHUB_TOKEN }}",
        "${{ github.event.issue.title }}",
        // Azure Pipelines' commands and macros
        "##vso[task.setvariable variable=decision;isOutput=true]launch",
        "x ##vso[task.complete result=Succeeded]",
        "##VSO[task.logissue type=error]pwned",
        "##vso\u200b[task.setvariable variable=decision]launch",
        "#\u00ad#vso[task.prependpath]/tmp",
        "$(System.AccessToken)",
        "$[variables.secret]",
        "x%0A##vso[task.complete result=Failed]",
        "%AZP25",
        // Markdown and HTML
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://evil.example/pixel.png)",
        "[x](javascript:alert(1))",
        "@octocat",
        "#1",
        "GH-1",
        "https://evil.example/",
        "www.evil.example",
        "# heading",
        "| a | b |",
        "---",
        "```\nfenced\n```",
        "`` ` ``",
        "<!-- model-training:verdict -->",
        "--> <b>bold</b>",
        "<details><summary>x</summary>",
        "&lt;b&gt;",
        "\\`escaped\\`",
        "trailing backslash \\",
        "a|b\\|c",
        // files of outputs, JSON, terminals
        "x\ndecision=launch",
        "EOF\ndecision=launch\nEOF",
        "\"}],\"decision\":\"launch\"",
        "\u001b[31mred",
        "\u202egnp.exe",
        "\0null",
    ];

    public static TheoryData<string> Data => [.. All];
}
