using System.Text.Json;

namespace Datasets.Pictures;

/// <summary>
/// Decodes images by <c>python -m detection decode-images</c>: the reader of the trainer itself, so that both accept and refuse the same
/// files. The program reads a list with one JSON string per line, and writes one JSON object per image and line.
/// </summary>
/// <param name="run">Runs the trainer with arguments; it passes each line of the output on, and returns the exit code.</param>
/// <param name="temporaryFolder">Receives the list; created when it is missing.</param>
public sealed class TrainerDecoder(Func<IReadOnlyList<string>, Action<string>, CancellationToken, Task<int>> run, string temporaryFolder)
    : IPictureDecoder
{
    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The program failed, or left images out.</exception>
    public async Task<IReadOnlyDictionary<string, ImageReading>?> DecodeAsync(
        string folder,
        IReadOnlyCollection<string> names,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(names);
        Directory.CreateDirectory(temporaryFolder);
        var list = Path.Combine(temporaryFolder, $"images-{Guid.NewGuid():N}.jsonl");
        var wanted = names.ToHashSet(StringComparer.Ordinal);
        var readings = new Dictionary<string, ImageReading>(StringComparer.Ordinal);
        var last = "";
        try
        {
            await File.WriteAllLinesAsync(list, wanted.Select(name => $"\"{JsonEncodedText.Encode(name)}\""), cancellationToken);
            var exitCode = await run(["decode-images", "--images", folder, "--list", list], Take, cancellationToken);
            if (exitCode != 0)
                throw new InvalidOperationException($"The images could not be decoded: the trainer exited with code {exitCode}: {last}");
        }
        finally
        {
            File.Delete(list);
        }

        if (wanted.Count != readings.Count)
        {
            throw new InvalidOperationException(
                $"The images could not be decoded: the trainer decoded {readings.Count} of {wanted.Count}: {last}"
            );
        }

        return readings;

        void Take(string line)
        {
            // Libraries that decode write remarks of their own.
            if (line.StartsWith('{') && Parse(line) is var (name, reading) && wanted.Contains(name))
                readings[name] = reading;
            else if (line.Length > 0)
                last = line;
        }
    }

    private static (string Name, ImageReading Reading)? Parse(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            var name = root.GetProperty("name").GetString()!;
            if (root.TryGetProperty("fault", out var fault))
                return (name, new(null, fault.GetString()));
            var size = new ImageSize(
                root.GetProperty("width").GetInt32(),
                root.GetProperty("height").GetInt32(),
                root.GetProperty("orientation").GetInt32()
            );
            string[] traits = [.. root.GetProperty("traits").EnumerateArray().Select(trait => trait.GetString()!)];
            return (name, new(size) { Traits = traits });
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
