using System.Security.Cryptography;
using System.Text;

namespace Datasets.Checks;

/// <summary>The name of a dataset's content: SHA-256 over its rows and the digests of its images.</summary>
internal static class DatasetHash
{
    private const char Separator = '\u001F';

    /// <summary>Hashes the rows of both splits in file order, then each image by its name and digest, names in code point order.</summary>
    /// <returns>64 hex digits, lower case.</returns>
    public static string Compute(DatasetSplit train, DatasetSplit test, IReadOnlyDictionary<string, string> digests)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var split in new[] { train, test })
        {
            Append(hash, split.Name);
            foreach (var row in split.Rows)
                Append(hash, string.Join(Separator, row.Values!));
        }

        // UTF-16 would order characters beyond the basic plane before some within it.
        foreach (
            var (name, digest) in digests.OrderBy(
                image => Encoding.UTF8.GetBytes(image.Key),
                Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y))
            )
        )
            Append(hash, name + Separator + digest);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, string line) => hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
}
