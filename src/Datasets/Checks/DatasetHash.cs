using System.Security.Cryptography;
using System.Text;

namespace Datasets.Checks;

/// <summary>
/// Identifies the content of a dataset: SHA-256 over its rows and the MD5 of its images. The trainer has the same formula.
/// </summary>
internal static class DatasetHash
{
    private const char Separator = '\u001F';

    /// <summary>
    /// Hashes the rows of both splits in file order, then each image by its name and MD5, names in the order of their UTF-8 bytes.
    /// </summary>
    /// <param name="train">The training split, after faulty rows were dropped.</param>
    /// <param name="test">The test split, after faulty rows were dropped.</param>
    /// <param name="md5">The MD5 of each image that a row names: 32 hex digits, lower case.</param>
    /// <returns>64 hex digits, lower case.</returns>
    public static string Compute(DatasetSplit train, DatasetSplit test, IReadOnlyDictionary<string, string> md5)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var split in new[] { train, test })
        {
            Append(hash, split.Name);
            foreach (var row in split.Rows)
                Append(hash, string.Join(Separator, row.Values!));
        }

        // In UTF-16, characters beyond the basic plane would come before some within it.
        foreach (
            var (name, digest) in md5.OrderBy(
                image => Encoding.UTF8.GetBytes(image.Key),
                Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y))
            )
        )
        {
            Append(hash, name + Separator + digest);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, string line) => hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
}
