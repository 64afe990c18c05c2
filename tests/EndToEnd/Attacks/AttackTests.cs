using Fixtures.Checkouts;

namespace EndToEnd.Attacks;

public sealed class AttackTests(Target target) : IClassFixture<Target>
{
    public static TheoryData<int, string> Attacks
    {
        get
        {
            var data = new TheoryData<int, string>();
            for (var number = 0; number < AttackTable.All.Count; number++)
                data.Add(number, $"{AttackTable.All[number].Area}: {AttackTable.All[number].Input}");
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task Attack_HasTheListedOutcome(int number, string input)
    {
        Assert.NotEmpty(input);
        await target.EnsureRunningAsync();
        await AttackTable.All[number].RunAsync(target, $"attack{number}");
        await target.EndJobsAsync();
        await target.ServesAsync();
    }

    [Fact]
    public void Create_EqualsThePage()
    {
        var page = File.ReadAllText(Path.Combine(Checkout.Repository, "docs", "security.md"));
        const string Begin = "<!-- attacks -->\n\n";
        var table = page[
            (page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)..page.IndexOf("<!-- /attacks -->", StringComparison.Ordinal)
        ];

        // What the page must hold, to copy.
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "attacks.md"), AttackTable.Create());
        Assert.Equal(AttackTable.Create(), table);
    }
}
