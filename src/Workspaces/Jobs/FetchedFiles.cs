using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Workspaces.Jobs;

/// <summary>
/// Remembers which version of each artifact a local file holds, so that it is not downloaded again. It is one text file, which may be
/// deleted.
/// </summary>
internal sealed class FetchedFiles
{
    private readonly string? file;
    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);

    /// <param name="file">The file; it may be missing. Null remembers nothing.</param>
    public FetchedFiles(string? file)
    {
        this.file = file;
        if (file is null || !File.Exists(file))
            return;
        foreach (var line in File.ReadLines(file))
        {
            if (Entry.Parse(line) is { } parsed)
                entries[parsed.Path] = parsed.Entry;
        }
    }

    /// <summary>Returns what is remembered of a local file; null when nothing is.</summary>
    public Entry? Find(string path) => entries.GetValueOrDefault(path);

    public void Set(string path, Entry entry) => entries[path] = entry;

    /// <summary>Writes the file in one step.</summary>
    public void Save()
    {
        if (file is null)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var unfinished = $"{file}.{Guid.NewGuid():N}";
        try
        {
            File.WriteAllLines(
                unfinished,
                entries.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value.Write(pair.Key)),
                new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)
            );
            File.Move(unfinished, file, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>A local file and the artifact that it holds.</summary>
    /// <param name="Version">Version of the artifact by the service's list; empty when the list has none.</param>
    /// <param name="Length">Bytes of the local file.</param>
    /// <param name="Written">Time of its last change, in ticks.</param>
    /// <param name="Md5">MD5 of its content: 32 hex digits.</param>
    internal sealed record Entry(string Version, long Length, long Written, string Md5)
    {
        public string Write(string path) =>
            string.Join(
                '\t',
                Uri.EscapeDataString(Version),
                Length.ToString(CultureInfo.InvariantCulture),
                Written.ToString(CultureInfo.InvariantCulture),
                Md5,
                Uri.EscapeDataString(path)
            );

        public static (string Path, Entry Entry)? Parse(string line) =>
            line.Split('\t') is [var version, var length, var written, { Length: 32 } md5, var path]
            && long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            && long.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
                ? (Uri.UnescapeDataString(path), new Entry(Uri.UnescapeDataString(version), bytes, ticks, md5))
                : null;
    }
}
