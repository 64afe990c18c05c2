using Fixtures.Checkouts;

namespace EndToEnd.Chain;

/// <summary>A pipeline's agent carries out commands in a log; only this program may give it any.</summary>
public sealed class PipelineLogTests
{
    [Theory]
    [InlineData("TF_BUILD", "True")]
    [InlineData("GITHUB_ACTIONS", "true")]
    public async Task Doctor_PrintsForeignTextWithoutCommands_InAPipeline(string variable, string value)
    {
        await using var checkout = new Checkout { Variables = { [variable] = value } };
        checkout.WriteExperiment(
            ("##vso[task.setvariable variable=x]1", "1"),
            ("EVAL_CONF", "\"a\\n##[add-mask]b\\n::add-mask::c\\u001b[2J\""),
            ("NODES", "\"x ##vso[task.complete result=Succeeded;]\"")
        );

        var keys = await checkout.RunAsync("--target=Doctor");
        var target = await checkout.RunAsync("--target=##vso[task.complete result=Succeeded;]");
        var argument = await checkout.RunAsync("--target=Doctor", "--exp-config=##[error]x.json");

        foreach (var run in new[] { keys, target, argument })
        {
            Assert.NotEqual(0, run.ExitCode);
            // The agent acts only on the first marker of a line; the annotations of this program begin with theirs.
            Assert.DoesNotContain(run.Output.Split('\n'), line =>
                line.Contains("##vso[", StringComparison.OrdinalIgnoreCase)
                && !line.StartsWith("##vso[task.logissue type=error;", StringComparison.Ordinal)
            );
            Assert.DoesNotContain("##[add", run.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("##[error]", run.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("\u001b", run.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(run.Output.Split('\n'), line => line.TrimStart().StartsWith("::add", StringComparison.Ordinal));
        }

        Assert.Contains(@"##\vso[task", keys.Output, StringComparison.Ordinal);
        Assert.Contains(variable == "TF_BUILD" ? "##[group]Doctor" : "::group::Doctor", keys.Output, StringComparison.Ordinal);
    }
}
