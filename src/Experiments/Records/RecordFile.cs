using System.Text;
using System.Text.Json;
using Experiments.Json;

namespace Experiments.Records;

/// <summary>One record in one JSON file.</summary>
public static class RecordFile
{
    /// <summary>Writes the record in one move: a reader sees the old file or the new one, never a half of it.</summary>
    /// <param name="path">The file; its folder is made when it is missing.</param>
    /// <param name="record">The record.</param>
    public static void Write<T>(string path, T record)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var unfinished = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        try
        {
            File.WriteAllText(
                unfinished,
                JsonSerializer.Serialize(record, RecordJson.Options) + "\n",
                new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)
            );
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>Reads a record.</summary>
    /// <param name="path">The file.</param>
    /// <param name="remedy">What writes the file, as a sentence; ends the message when there is none or it is broken.</param>
    /// <exception cref="RecordException">There is no such file, or it does not hold such a record.</exception>
    public static T Read<T>(string path, string remedy)
    {
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize<T>(file, RecordJson.Options) ?? throw new JsonException("the file holds null");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RecordException($"{path} is absent; it must be there. {remedy}", error);
        }
        catch (JsonException error)
        {
            throw new RecordException($"{path} is not a whole {typeof(T).Name} record ({error.Message.TrimEnd('.')}). {remedy}", error);
        }
    }
}
