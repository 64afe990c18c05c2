using Fixtures.Checkouts;

namespace EndToEnd.Chain;

/// <summary>The demo as the README promises it: the real thing, two to three minutes.</summary>
public sealed class DemoTests(DemoData data)
{
    [Fact]
    public async Task Demo_ReachesTheAveragePrecisionItPromises()
    {
        await using var checkout = new Checkout();
        data.Lend(checkout);
        checkout.WriteExperiment();

        await checkout.SucceedAsync("--target=Train");

        Assert.InRange((double)checkout.ReadOutcome()["metrics"]!["eval_AP50"]!, 0.7, 1.0);
    }
}
