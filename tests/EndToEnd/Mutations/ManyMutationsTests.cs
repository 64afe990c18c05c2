using System.Globalization;
using Fixtures;

namespace EndToEnd.Mutations;

/// <summary>Thousands of damaged files. MUTATION_SEED names another seed, MUTATION_COUNT another number of each kind.</summary>
public sealed class ManyMutationsTests
{
    [Fact]
    public async Task ReadAsync_AgreesWithTheTrainer_OnThousandsOfDamagedFiles()
    {
        using var mutations = new Datasets.Tests.Mutations();
        await mutations.WriteAsync(Number("MUTATION_COUNT", Seeds.IsNight ? 5000 : 800), Number("MUTATION_SEED", 7));

        Assert.Empty(await mutations.CompareCsvsAsync());
        Assert.Empty(await mutations.ComparePicturesAsync());
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
