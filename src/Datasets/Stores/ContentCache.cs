using System.Collections.Concurrent;
using Experiments.Records;

namespace Datasets.Stores;

/// <summary>
/// Caches what was read from files, such as an MD5 or the size of an image, so that unchanged files are not read again. It is one JSON
/// file, which may be deleted.
/// </summary>
public sealed class ContentCache
{
    private readonly string path;
    private readonly Dictionary<string, Entry> before;
    private readonly ConcurrentDictionary<string, Entry> used = new(StringComparer.Ordinal);

    /// <param name="path">The file; it may be missing.</param>
    public ContentCache(string path)
    {
        this.path = path;
        before = Read(path);
    }

    /// <summary>Returns the cached value of a file; null when it is missing, or of another version of the file.</summary>
    public string? Find(string file, string version)
    {
        if (!used.TryGetValue(file, out var entry) && !before.TryGetValue(file, out entry))
            return null;
        if (entry.Version != version)
            return null;
        used[file] = entry;
        return entry.Value;
    }

    public void Set(string file, string version, string value) => used[file] = new(version, value);

    /// <summary>Writes the values that were set or found since the cache was opened. Values of other files are dropped.</summary>
    public void Save()
    {
        if (used.Count != before.Count || used.Any(pair => !before.TryGetValue(pair.Key, out var entry) || entry != pair.Value))
            RecordFile.Write(path, new SortedDictionary<string, Entry>(used, StringComparer.Ordinal));
    }

    private static Dictionary<string, Entry> Read(string path)
    {
        try
        {
            return File.Exists(path) ? RecordFile.Read<Dictionary<string, Entry>>(path, "") : [];
        }
        catch (RecordException)
        {
            return []; // of an older format, or incomplete: the values are read again
        }
    }

    internal sealed record Entry(string Version, string Value);
}
