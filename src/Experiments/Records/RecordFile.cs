using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Experiments.Json;

namespace Experiments.Records;

/// <summary>One record in one JSON file.</summary>
public static class RecordFile
{
    /// <summary>Writes the record in one step: a reader sees the whole old file or the whole new one.</summary>
    /// <param name="path">The file; its folder is created when it is missing.</param>
    /// <param name="record">The record.</param>
    /// <param name="forms">Generated code that writes the record; null finds its form by reflection, which takes longer.</param>
    public static void Write<T>(string path, T record, JsonSerializerContext? forms = null)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var unfinished = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        try
        {
            File.WriteAllText(
                unfinished,
                RecordJson.Write(record, forms, RecordJson.Options) + "\n",
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
    /// <param name="remedy">The fix, as a sentence; it ends the message when the file is missing or broken.</param>
    /// <param name="forms">Generated code that reads the record; null finds its form by reflection, which takes longer.</param>
    /// <exception cref="RecordException">The file is missing, or it holds no such record.</exception>
    public static T Read<T>(string path, string remedy, JsonSerializerContext? forms = null)
    {
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize<T>(file, forms?.Options ?? RecordJson.Options)
                ?? throw new JsonException("the file holds null");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RecordException($"{path} is missing; it must exist. {remedy}", error);
        }
        catch (JsonException error)
        {
            throw new RecordException($"{path} is not a whole {typeof(T).Name} record ({error.Message.TrimEnd('.')}). {remedy}", error);
        }
    }
}
