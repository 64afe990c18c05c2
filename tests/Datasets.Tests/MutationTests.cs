namespace Datasets.Tests;

/// <summary>Some hundred seeded mutations; tests/EndToEnd/Mutations compares thousands.</summary>
public sealed class MutationTests
{
    [Fact]
    public async Task ReadAsync_AgreesWithTheTrainer_OnDamagedFiles()
    {
        using var mutations = new Mutations();
        await mutations.WriteAsync(count: 300, seed: 1);

        Assert.Empty(await mutations.CompareCsvsAsync());
        Assert.Empty(await mutations.ComparePicturesAsync());
    }
}
