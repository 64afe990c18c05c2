using System.Security.Cryptography;
using System.Text;
using Build.LocalRuntime;

namespace Build.Tests;

public class UncommittedChangesTests
{
    private const string Header = "diff --git a/src/training/x.py b/src/training/x.py\nindex 1..2 100644\n--- a/src/training/x.py\n";

    [Theory]
    [InlineData("+learning_rate = 0.02\r\n")]
    [InlineData("+names = sorted(boxes, key=operator.itemgetter(1))\n")]
    [InlineData("+token_embedding_size: 1024\n")]
    [InlineData("+    key=experiment_hash_of_the_plan,\n")]
    [InlineData("+bytes \u00ff not text\n")]
    public void Pack_KeepsEveryByte(string line)
    {
        var diff = Encoding.Latin1.GetBytes(Header + line);

        var (packed, reason) = UncommittedChanges.Pack(diff);

        Assert.Null(reason);
        Assert.Equal(diff, UncommittedChanges.Unpack(packed!));
        Assert.Equal(packed, UncommittedChanges.Pack(diff).Packed);
    }

    // The values are made up, and put together so that no scanner takes this file for a leak.
    [Theory]
    [InlineData("+account_key = \"q83vEjRWeJCrze8S" + "NFZ4kAq83vEjRWeJ\"\n")]
    [InlineData("-  \"SAS_TOKEN\": \"Zx81QwErTy" + "UiOp42AsDf\",\n")]
    [InlineData("+DefaultEndpointsProtocol=https;AccountName=a;Account" + "Key=abc\n")]
    [InlineData("+https://a.blob.core.windows.net/c?sv=1&s" + "ig=abc\n")]
    [InlineData("+git clone https://me:pass" + "word@example.org/x\n")]
    [InlineData("+gh" + "p_abcdefghijklmnopqrst\n")]
    [InlineData("+-----BEG" + "IN RSA PRIVATE KEY-----\n")]
    [InlineData("+headers = {\"Authorization\": \"Bearer abcdefgh" + "ijklmnop\"}\n")]
    public void Pack_RefusesADifferenceThatMayHoldASecret_WithoutRepeatingIt(string line)
    {
        var (packed, reason) = UncommittedChanges.Pack(Encoding.UTF8.GetBytes(Header + line));

        Assert.Null(packed);
        Assert.Equal("line 4 of the difference, in src/training/x.py, looks like a secret", reason);
    }

    [Fact]
    public void Pack_RefusesADifferenceThatAJobCannotCarry()
    {
        var (packed, reason) = UncommittedChanges.Pack(RandomNumberGenerator.GetBytes(200_000));

        Assert.Null(packed);
        Assert.Matches("^they are 26[0-9] KiB when compressed, more than the 96 KiB that a job can carry$", reason!);
    }

    [Fact]
    public void Pack_ReturnsNothing_WhenNothingDiffers() => Assert.Equal((null, null), UncommittedChanges.Pack([]));

    [Theory]
    [InlineData("no Base64!")]
    [InlineData("aGVsbG8=")]
    public void Unpack_ReturnsNothing_WhenTheTextIsNoDifference(string text) => Assert.Null(UncommittedChanges.Unpack(text));
}
