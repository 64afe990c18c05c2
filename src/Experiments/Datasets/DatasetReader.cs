using System.Collections.Concurrent;

namespace Experiments;

/// <summary>
/// Reads and judges a dataset in a folder: <c>{imageType}/images/*</c> and two CSV files in <c>{imageType}/datasets</c>. The trainer judges by
/// the same rules in the same words; tests/datasets/cases.json holds both to them.
/// </summary>
public static class DatasetReader
{
    /// <summary>In place of a file name: the newest stamp for which both splits have a file.</summary>
    public const string Latest = "latest";

    /// <summary>Reads both splits, and the header of every image they name.</summary>
    /// <param name="datastoreFolder">The datastore's folder.</param>
    /// <param name="imageType">Use case: the folder in it.</param>
    /// <param name="trainCsv">File in <c>{imageType}/datasets</c>, or <c>latest</c>.</param>
    /// <param name="testCsv">As <paramref name="trainCsv"/>.</param>
    /// <param name="onBadRows">Whether faulty rows end the run or are left out.</param>
    /// <param name="withHash">Whether to compute the hash, for which every image is read whole.</param>
    /// <exception cref="DatasetException">The dataset cannot be used; carries every fault, those of the training file first, by line.</exception>
    public static DatasetSummary Read(string datastoreFolder, string imageType, string trainCsv, string testCsv, BadRows onBadRows, bool withHash = true)
    {
        var found = DatasetFiles.Find(datastoreFolder, imageType, trainCsv, testCsv);
        var images = Path.Combine(datastoreFolder, imageType, "images");
        var shownImages = $"{imageType}/images";
        var splits = new[] { found.Train, found.Test }.OfType<DatasetSplit>().ToList();
        foreach (var split in splits)
            split.Load(File.ReadAllBytes(Path.Combine(datastoreFolder, imageType, "datasets", split.FileName)), shownImages);
        JudgeImages(splits, images, shownImages);

        var comparable = found is { Train: not null, Test: not null } && splits.TrueForAll(split => split.IsRead && split.Rows.Count > 0);
        if (onBadRows == BadRows.Drop && found.Faults.Count == 0 && splits.TrueForAll(split => split.IsRead && split.Rows.Count > 0))
            return Summary(found.Train!, found.Test!, images, withHash, Drop(found.Train!, found.Test!));

        if (comparable && onBadRows == BadRows.Fail)
            Compare(found.Train!, found.Test!);
        var faults = found.Faults.Where(fault => fault.Split == "train").Select(fault => fault.Fault)
            .Concat(Faults(found.Train, onBadRows))
            .Concat(found.Faults.Where(fault => fault.Split == "test").Select(fault => fault.Fault))
            .Concat(Faults(found.Test, onBadRows)).ToList();
        return faults.Count == 0 ? Summary(found.Train!, found.Test!, images, withHash, []) : throw new DatasetException(faults);
    }

    /// <summary>Faults of a split; those of rows only when they end the run.</summary>
    private static IEnumerable<DatasetFault> Faults(DatasetSplit? split, BadRows onBadRows) =>
        split is null || (onBadRows == BadRows.Drop && split.IsRead && split.Rows.Count > 0) ? [] : split.Faults;

    private static void JudgeImages(List<DatasetSplit> splits, string folder, string shownFolder)
    {
        var present = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder).Select(Path.GetFileName).OfType<string>().ToHashSet(StringComparer.Ordinal)
            : [];
        var named = splits.SelectMany(split => split.Rows).Select(row => row.FileName).Where(present.Contains).Distinct(StringComparer.Ordinal).ToList();
        var sizes = new ConcurrentDictionary<string, ImageSize?>(StringComparer.Ordinal);
        Parallel.ForEach(named, name => sizes[name] = ImageSize.Read(Path.Combine(folder, name)));

        var said = new HashSet<string>(StringComparer.Ordinal);
        foreach (var split in splits)
        {
            foreach (var row in split.Rows.Where(row => row.FileName.Length > 0))
            {
                var isPresent = sizes.TryGetValue(row.FileName, out var size);
                if (size is { } image)
                {
                    if (row.HasBox && !row.IsWithin(image))
                        split.Add(row, DatasetFaultOrder.Outside, $"image '{row.FileName}': box {row.BoxText} reaches outside the image of {image.Width} x {image.Height} pixels; it must be within 0,0,{image.Width},{image.Height}.");
                    continue;
                }
                var (order, message) = isPresent
                    ? (DatasetFaultOrder.Unreadable, $"image '{row.FileName}' cannot be read as a picture (JPEG, PNG, BMP or GIF); replace the file or remove its rows.")
                    : (DatasetFaultOrder.Missing, $"image '{row.FileName}' is not in {shownFolder}; it must be there, or the row removed.");
                if (said.Add(row.FileName))
                    split.Add(row, order, message);
                row.Reason ??= message;
            }
        }
    }

    private static void Compare(DatasetSplit train, DatasetSplit test)
    {
        foreach (var (split, row, message) in OneSplit(train, test).DistinctBy(fault => (fault.Split.Name, fault.Row.ClassName)))
            split.Add(row.Line, DatasetFaultOrder.OneSplit, message);
        var first = FirstRows(train);
        foreach (var (name, row) in FirstRows(test).Where(pair => first.ContainsKey(pair.Key)))
            test.Add(row.Line, DatasetFaultOrder.BothSplits, BothSplits(name, $"{train.Csv}({first[name].Line})"));
    }

    /// <summary>Leaves the faulty rows out.</summary>
    /// <returns>The rows left out, in the order of the files.</returns>
    private static List<DroppedRow> Drop(DatasetSplit train, DatasetSplit test)
    {
        var inTest = FirstRows(test);
        foreach (var row in train.Rows.Where(row => inTest.ContainsKey(row.FileName)))
            row.Reason ??= BothSplits(row.FileName, $"{test.Csv}({inTest[row.FileName].Line})");
        var dropped = train.Drop().Concat(test.Drop()).ToList();

        foreach (var (_, row, message) in OneSplit(train, test).ToList())
            row.Reason = message;
        dropped.AddRange(train.Drop().Concat(test.Drop()));

        var empty = new[] { train, test }.Where(split => split.Rows.Count == 0)
            .Select(split => new DatasetFault(split.Csv, 1, "holds no rows; it must hold at least one image.")).ToList();
        if (empty.Count > 0)
            throw new DatasetException(empty);
        return [.. dropped.OrderBy(row => row.Csv == test.Csv).ThenBy(row => row.Line)];
    }

    /// <summary>The usable rows whose class no usable row of the other split has.</summary>
    private static IEnumerable<(DatasetSplit Split, DatasetRow Row, string Message)> OneSplit(DatasetSplit train, DatasetSplit test)
    {
        foreach (var (split, other, name) in new[] { (train, test, "training"), (test, train, "test") })
        {
            var known = Boxes(other).Select(row => row.ClassName).ToHashSet(StringComparer.Ordinal);
            foreach (var row in Boxes(split).Where(row => !known.Contains(row.ClassName)))
                yield return (split, row, $"class '{row.ClassName}' is only in the {name} split; it must be in both splits.");
        }
    }

    private static IEnumerable<DatasetRow> Boxes(DatasetSplit split) => split.Rows.Where(row => row is { Reason: null, IsEmpty: false });

    private static Dictionary<string, DatasetRow> FirstRows(DatasetSplit split) =>
        split.Rows.Where(row => row.FileName.Length > 0).DistinctBy(row => row.FileName, StringComparer.Ordinal).ToDictionary(row => row.FileName, StringComparer.Ordinal);

    private static string BothSplits(string image, string other) => $"image '{image}' is in both splits; it must be in one (also at {other}).";

    private static DatasetSummary Summary(DatasetSplit train, DatasetSplit test, string images, bool withHash, IReadOnlyList<DroppedRow> dropped) =>
        new(Summary(train), Summary(test), withHash ? DatasetHash.Compute(train, test, images) : null, dropped);

    private static DatasetSplitSummary Summary(DatasetSplit split)
    {
        var boxes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in Boxes(split))
            boxes[row.ClassName] = boxes.GetValueOrDefault(row.ClassName) + 1;
        var images = split.Rows.GroupBy(row => row.FileName, StringComparer.Ordinal).ToList();
        return new(split.FileName, split.Rows.Count, images.Count, images.Count(rows => rows.All(row => row.IsEmpty)), boxes);
    }
}
