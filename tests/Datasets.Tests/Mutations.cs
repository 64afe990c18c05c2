using System.Text.Json;
using Datasets.Sources;
using Experiments.Json;
using Experiments.Model;
using Fixtures;

namespace Datasets.Tests;

/// <summary>
/// Datasets that tests/datasets/mutations.py damages by a seed, with the answers of the trainer's reader: this reader must give the same
/// ones, word for word.
/// </summary>
internal sealed class Mutations : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Writes the mutations of a seed.</summary>
    /// <param name="count">CSV files, and as many pictures.</param>
    /// <param name="seed">Decides the mutations.</param>
    public Task WriteAsync(int count, int seed) =>
        Trainer.RunScriptAsync("tests/datasets/mutations.py", folder.Root, "--count", $"{count}", "--seed", $"{seed}");

    /// <summary>Returns the disagreements about CSV files.</summary>
    public async Task<IReadOnlyList<string>> CompareCsvsAsync()
    {
        var found = new List<string>();
        foreach (var (name, expected) in DatasetTable.Parse(await File.ReadAllTextAsync(Path.Combine(folder.Root, "cases.json"))))
        {
            using var datastore = new TemporaryFolder();
            expected.Write(datastore);
            var source = new FolderDataset(datastore.Root, expected.ImageType);
            found.AddRange((await CompareAsync(source, expected)).Select(difference => $"{name}: {difference}"));
        }

        return found;
    }

    /// <summary>Returns the disagreements about pictures, decoded, and the pictures that only the headers' rules refuse.</summary>
    public async Task<IReadOnlyList<string>> ComparePicturesAsync()
    {
        var found = new List<string>();
        foreach (var root in Directory.EnumerateDirectories(Path.Combine(folder.Root, "pictures")))
        {
            var expected = JsonSerializer.Deserialize<DatasetCase>(
                await File.ReadAllTextAsync(Path.Combine(root, "answers.json")),
                RecordJson.Options
            )!;
            var decoded = new FolderDataset(root, "pothole") { Decoder = Trainer.Decoder() };
            found.AddRange((await CompareAsync(decoded, expected)).Select(difference => $"{root}: {difference}"));
            var (headers, _) = await Answers.ReadAsync(new FolderDataset(root, "pothole"), "latest", "latest", expected.Data());
            found.AddRange(
                headers
                    .Where(fault => !expected.Faults.Any(known => IsAboutTheSame(known, fault)))
                    .Select(fault => $"headers refuse: {fault}")
            );
        }

        return found;
    }

    private static async Task<IReadOnlyList<string>> CompareAsync(FolderDataset source, DatasetCase expected)
    {
        var found = new List<string>();
        var (faults, summary) = await Answers.ReadAsync(source, "latest", "latest", expected.Data());
        Add(string.Join('\n', expected.Faults), string.Join('\n', faults));
        Add(expected.Hash, summary?.Hash);
        Add(string.Join('\n', expected.Notes), string.Join('\n', summary?.Notes ?? []));
        var (dropFaults, dropped) = await Answers.ReadAsync(source, "latest", "latest", expected.Data(BadRows.Drop));
        Add(string.Join('\n', expected.Drop.Faults), string.Join('\n', dropFaults));
        Add($"{expected.Drop.TrainRows}/{expected.Drop.TestRows}", $"{dropped?.Train.Rows}/{dropped?.Test.Rows}");
        Add(expected.Drop.Hash, dropped?.Hash);
        return found;

        void Add(string? trainer, string? build)
        {
            if (trainer != build)
                found.Add($"the trainer says\n{trainer}\nand the build says\n{build}");
        }
    }

    // Headers and pixels may give other reasons for one row.
    private static bool IsAboutTheSame(string one, string other) => one.Split(": ", 2)[0] == other.Split(": ", 2)[0];
}
