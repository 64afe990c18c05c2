namespace Datasets.Tests;

/// <summary>Seeded mutations: some hundred for each change, thousands at night.</summary>
public sealed class MutationTests
{
    [Theory]
    [InlineData(300, 1)]
    [InlineData(5000, 7, Traits = ["When", "Night"])]
    public async Task ReadAsync_AgreesWithTheTrainer_OnDamagedFiles(int count, int seed)
    {
        using var mutations = new Mutations();
        await mutations.WriteAsync(count, seed);

        Assert.Empty(await mutations.CompareCsvsAsync());
        Assert.Empty(await mutations.ComparePicturesAsync());
    }
}
