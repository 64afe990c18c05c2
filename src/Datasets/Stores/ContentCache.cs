using System.Collections.Concurrent;
using Experiments.Records;

namespace Datasets.Stores;

/// <summary>
/// Remembers what was once found in files, so that unchanged ones are not read again: an MD5, the size of a picture. One JSON file; deleting it costs time alone.
/// </summary>
public sealed class ContentCache
{
    private readonly string path;
    private readonly Dictionary<string, Entry> before;
    private readonly ConcurrentDictionary<string, Entry> used = new(StringComparer.Ordinal);

    /// <param name="path">The file; need not be there.</param>
    public ContentCache(string path)
    {
        this.path = path;
        before = Read(path);
    }

    /// <summary>What was found in a file; null when it is not known, or the file has another version now.</summary>
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

    /// <summary>Writes what was found or asked for since the cache was opened; files that are gone are forgotten.</summary>
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
            return []; // of an older form, or cut off: found again
        }
    }

    internal sealed record Entry(string Version, string Value);
}
