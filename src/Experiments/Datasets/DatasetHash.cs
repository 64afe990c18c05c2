using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Experiments;

/// <summary>The name of a dataset's content: SHA-256 over its rows and the bytes of its images.</summary>
internal static class DatasetHash
{
    private const char Separator = '\u001F';

    /// <summary>Hashes the rows of both splits in file order, then each image by its name and the SHA-256 of its bytes, names in code point order.</summary>
    /// <returns>64 hex digits, lower case.</returns>
    public static string Compute(DatasetSplit train, DatasetSplit test, string imagesFolder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var split in new[] { train, test })
        {
            Append(hash, split.Name);
            foreach (var row in split.Rows)
                Append(hash, string.Join(Separator, row.Values!));
        }

        var images = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        Parallel.ForEach(train.Rows.Concat(test.Rows).Select(row => row.FileName).Distinct(StringComparer.Ordinal), name =>
        {
            using var file = new FileStream(Path.Combine(imagesFolder, name), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            images[name] = Convert.ToHexStringLower(SHA256.HashData(file));
        });
        // UTF-16 would order characters beyond the basic plane before some within it.
        foreach (var (name, digest) in images.OrderBy(image => Encoding.UTF8.GetBytes(image.Key), Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y))))
            Append(hash, name + Separator + digest);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, string line) => hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
}
