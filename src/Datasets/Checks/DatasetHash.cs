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
    /// Hashes the rows of each split in file order, then each image by its name and MD5, names in the order of their UTF-8 bytes.
    /// </summary>
    /// <param name="md5">The MD5 of each image that a row of the splits names: 32 hex digits, lower case.</param>
    /// <param name="splits">The splits, the training split first, after faulty rows were dropped.</param>
    /// <returns>64 hex digits, lower case.</returns>
    public static string Compute(IEnumerable<KeyValuePair<string, string>> md5, params ReadOnlySpan<DatasetSplit> splits)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var split in splits)
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
