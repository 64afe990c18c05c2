using CodeHosts.Gate;
using Fixtures;

namespace CodeHosts.Tests.Gate;

/// <summary>docs/pull-requests.md has the rules of the gate, in their order.</summary>
public sealed class GateDocumentationTests
{
    [Fact]
    public void Rules_AreTheTableOfTheDocumentation()
    {
        var expected = LaunchGate.Rules.Select(
            (rule, index) => $"| {index + 1} | {rule.Name} | {rule.When} | {rule.Decision.ToString().ToLowerInvariant()} |"
        );

        var table = Repository
            .Read("docs/pull-requests.md")
            .Split('\n')
            .Where(line => line.Length > 3 && line.StartsWith("| ", StringComparison.Ordinal) && char.IsDigit(line[2]));

        Assert.Equal(expected, table);
    }
}
