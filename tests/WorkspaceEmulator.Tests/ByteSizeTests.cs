using WorkspaceEmulator.Jobs;

namespace WorkspaceEmulator.Tests;

public class ByteSizeTests
{
    [Theory]
    [InlineData("7", 7L)]
    [InlineData("7b", 7L)]
    [InlineData("64K", 65536L)]
    [InlineData("512m", 512L << 20)]
    [InlineData("2g", 2L << 30)]
    [InlineData("", null)]
    [InlineData("g", null)]
    [InlineData("-1g", null)]
    [InlineData("1.5g", null)]
    [InlineData("2gb", null)]
    [InlineData("99999999999g", null)]
    public void TryParse_ReadsNumbers_WithAUnit(string text, long? bytes) =>
        Assert.Equal(bytes, ByteSize.TryParse(text, out var found) ? found : null);

    [Theory]
    [InlineData(1000, "1000 bytes")]
    [InlineData(1536L << 20, "1536 MiB")]
    [InlineData(8L << 30, "8 GiB")]
    public void Format_UsesTheLargestWholeUnit(long bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));
}
