using System.Text.Json;

namespace Reports.Reading;

/// <summary>Reads files that a job wrote: they may be missing, broken or huge, and none of that stops a report.</summary>
internal static class JsonFile
{
    private const long MostBytes = 64 * 1024 * 1024;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        AllowDuplicateProperties = false,
        TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
    };

    /// <summary>Reads a file.</summary>
    /// <param name="folder">The artifacts folder.</param>
    /// <param name="path">Path in the folder.</param>
    /// <param name="notes">Receives a sentence when the file cannot be read.</param>
    /// <returns>Null when the file is missing or cannot be read.</returns>
    public static T? Read<T>(string folder, string path, ICollection<string> notes)
        where T : class
    {
        if (Open(folder, path, notes) is not { } stream)
            return null;
        using (stream)
        {
            try
            {
                return JsonSerializer.Deserialize<T>(stream, Options);
            }
            catch (JsonException error)
            {
                notes.Add($"{path} cannot be read: {error.Message}");
                return null;
            }
        }
    }

    /// <summary>Converts one line; null when it is not such an object.</summary>
    public static T? Parse<T>(string line)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, Options);
        }
        catch (JsonException)
        {
            // The last line of a running job may be incomplete, and NaN is not JSON.
            return null;
        }
    }

    /// <summary>Opens a file; null when it is missing, cannot be opened or is too large.</summary>
    public static FileStream? Open(string folder, string path, ICollection<string> notes, long mostBytes = MostBytes)
    {
        var file = Path.Combine(folder, path);
        if (!File.Exists(file))
            return null;
        try
        {
            var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (stream.Length <= mostBytes)
                return stream;
            notes.Add($"{path} has {stream.Length} bytes; it must have at most {mostBytes} to be shown.");
            stream.Dispose();
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            notes.Add($"{path} cannot be opened: {error.Message}");
            return null;
        }
    }
}
