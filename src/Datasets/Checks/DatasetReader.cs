using Experiments.Json;
using Experiments.Model;
using Experiments.Planning;

namespace Datasets.Checks;

/// <summary>
/// Reads and checks a dataset: <c>{imageType}/images/*</c> and two or three CSV files in <c>{imageType}/datasets</c>. The trainer checks
/// the same rules and reports them in the same words; tests/datasets/cases.json tests both.
/// </summary>
public static class DatasetReader
{
    /// <summary>Reads the splits, and the header of every image that they name where the source reads headers.</summary>
    /// <param name="source">The files.</param>
    /// <param name="trainCsv">File in <c>{imageType}/datasets</c>, or <c>latest</c>.</param>
    /// <param name="testCsv">As <paramref name="trainCsv"/>.</param>
    /// <param name="settings">What faulty rows do, how images are read, and the file of the validation split.</param>
    /// <param name="withHash">Whether to compute the hash. For a folder this reads every image whole.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="DatasetException">
    /// The dataset cannot be used; carries every fault, those of the training file first, by line.
    /// </exception>
    public static async Task<DatasetSummary> ReadAsync(
        IDatasetSource source,
        string trainCsv,
        string testCsv,
        DataSettings settings,
        bool withHash,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(settings);
        var onBadRows = settings.OnBadRows;
        var listing = source.ListImagesAsync(cancellationToken);
        var csvs = source.ListCsvsAsync(cancellationToken);
        await Task.WhenAll(listing, csvs);
        var found = DatasetFiles.Find(await csvs, source.ImageType, trainCsv, testCsv, settings.ValidationCsv);
        var shownImages = $"{source.ImageType}/images";
        var splits = new[] { found.Train, found.Test, found.Validation }.OfType<DatasetSplit>().ToList();
        var contents = await Task.WhenAll(splits.Select(split => source.ReadCsvAsync(split.FileName, cancellationToken)));
        foreach (var (split, content) in splits.Zip(contents))
            split.Load(content, shownImages);
        var present = await listing;
        var sizes = await source.ReadImagesAsync(Named(splits, present), cancellationToken);
        var images = new DatasetImages(splits, present, sizes, settings, shownImages);
        foreach (var split in splits)
        {
            images.Check(split);
            split.CheckRepeated();
        }

        var comparable = found is { Train: not null, Test: not null } && splits.TrueForAll(HasRows);
        IReadOnlyList<DroppedRow> dropped = [];
        if (onBadRows == BadRows.Drop && found.Faults.Count == 0 && comparable)
        {
            dropped = Drop(found.Train!, found.Test!, found.Validation);
        }
        else
        {
            if (found.Train is { IsRead: true, Rows.Count: > 0 } train && train.Rows.TrueForAll(row => row.Values is null || row.IsEmpty))
                train.AddNoObject();
            if (HasRows(found.Train) && HasRows(found.Test) && onBadRows != BadRows.Drop)
                Compare(found.Train!, found.Test!, found.Validation);
            var faults = new[] { ("train", found.Train), ("test", found.Test), (DatasetFiles.ValidationSplit, found.Validation) }
                .SelectMany(split =>
                    found
                        .Faults.Where(fault => fault.Split == split.Item1)
                        .Select(fault => fault.Fault)
                        .Concat(Faults(split.Item2, onBadRows))
                )
                .ToList();
            if (faults.Count > 0)
                throw new DatasetException(faults);
        }

        var summary = new DatasetSummary(Summary(found.Train!), Summary(found.Test!), Hash: null, dropped)
        {
            BoxesChecked = sizes is not null,
            Notes = images.Notes([.. splits.SelectMany(split => split.Rows)]),
            Validation = found.Validation is null ? null : Summary(found.Validation),
        };
        if (!withHash)
            return summary;
        if (onBadRows == BadRows.Drop && sizes is null)
        {
            return summary with
            {
                HashUnknownReason = "DATA.ON_BAD_ROWS is drop and the image sizes are unread, so the rows that the job drops are unknown",
            };
        }

        var md5 = await source.ReadMd5Async(Named(splits, present), cancellationToken);
        var unknown = md5.Where(image => image.Value is null).Select(image => image.Key).Order(StringComparer.Ordinal).ToList();
        return unknown.Count == 0
            ? summary with
            {
                Hash = HashOf(md5!, found.Train!, found.Test!),
                TrainHash = HashOf(md5!, found.Train!),
                ValidationHash = found.Validation is null ? null : HashOf(md5!, found.Validation),
            }
            : summary with
            {
                HashUnknownReason = $"the store lists no MD5 of {unknown.Count} of {md5.Count} images, the first of them '{unknown[0]}'",
            };
    }

    /// <summary>Reads the named pair, and every other pair of the source to which <c>latest</c> could resolve.</summary>
    /// <param name="source">The files.</param>
    /// <param name="trainCsv">File in <c>{imageType}/datasets</c>, or <c>latest</c>.</param>
    /// <param name="testCsv">As <paramref name="trainCsv"/>.</param>
    /// <param name="settings">What faulty rows do, and how images are read.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The pairs without hashes, the named pair first.</returns>
    /// <exception cref="DatasetException">One or more pairs cannot be used; carries every fault.</exception>
    public static async Task<IReadOnlyList<DatasetSummary>> ReadEveryPairAsync(
        IDatasetSource source,
        string trainCsv,
        string testCsv,
        DataSettings settings,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        var names = await source.ListCsvsAsync(cancellationToken);
        var named = DatasetFiles.Find(names, source.ImageType, trainCsv, testCsv, validationCsv: "");
        var others = DatasetFiles
            .Stamps(names, source.ImageType)
            .OrderDescending(StringComparer.Ordinal)
            .Select(stamp => (Train: $"train_{source.ImageType}_{stamp}.csv", Test: $"test_{source.ImageType}_{stamp}.csv"))
            .Where(pair => pair.Train != named.Train?.FileName || pair.Test != named.Test?.FileName);
        var (summaries, faults) = (new List<DatasetSummary>(), new List<DatasetFault>());
        // The validation split belongs to the named pair.
        var (rules, withoutValidation) = (settings, settings with { ValidationCsv = "" });
        foreach (var (train, test) in others.Prepend((Train: trainCsv, Test: testCsv)))
        {
            try
            {
                summaries.Add(await ReadAsync(source, train, test, rules, withHash: false, cancellationToken));
            }
            catch (DatasetException exception)
            {
                faults.AddRange(exception.Faults);
            }

            rules = withoutValidation;
        }
        return faults.Count == 0 ? summaries : throw new DatasetException([.. faults.Distinct()]);
    }

    private static bool HasRows(DatasetSplit? split) => split is { IsRead: true, Rows.Count: > 0 };

    private static string HashOf(IReadOnlyDictionary<string, string> md5, params ReadOnlySpan<DatasetSplit> splits)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var split in splits)
            named.UnionWith(split.Rows.Select(row => row.FileName));
        return DatasetHash.Compute(md5.Where(image => named.Contains(image.Key)), splits);
    }

    /// <summary>Returns the images that rows name and that exist.</summary>
    private static List<string> Named(List<DatasetSplit> splits, IReadOnlySet<string> present) =>
        [.. splits.SelectMany(split => split.Rows).Select(row => row.FileName).Where(present.Contains).Distinct(StringComparer.Ordinal)];

    /// <summary>Returns the faults of a split. Faults of rows count only when they end the run.</summary>
    private static IEnumerable<DatasetFault> Faults(DatasetSplit? split, BadRows onBadRows) =>
        split is null || (onBadRows == BadRows.Drop && split.IsRead && split.Rows.Count > 0) ? [] : split.Faults;

    private static void Compare(DatasetSplit train, DatasetSplit test, DatasetSplit? validation)
    {
        foreach (var (split, row, message) in OneSplit(train, test).DistinctBy(fault => (fault.Split.Name, fault.Row.ClassName)))
            split.Add(row.Line, DatasetFaultOrder.OneSplit, message);
        var first = FirstRows(train);
        foreach (var (name, row) in FirstRows(test).Where(pair => first.ContainsKey(pair.Key)))
            test.Add(row.Line, DatasetFaultOrder.BothSplits, BothSplits(name, $"{train.Csv}({first[name].Line})"));
        if (validation is null)
            return;
        var spellings = Spellings(train);
        foreach (var row in Unknown(validation, train).DistinctBy(row => row.ClassName, StringComparer.Ordinal))
            validation.Add(row.Line, DatasetFaultOrder.OneSplit, Unknown(row.ClassName, train, spellings));
        var tested = FirstRows(test);
        foreach (var (name, row) in FirstRows(validation))
        {
            if (tested.TryGetValue(name, out var other))
                validation.Add(row.Line, DatasetFaultOrder.BothSplits, Also(test, other));
            else if (first.TryGetValue(name, out other))
                validation.Add(row.Line, DatasetFaultOrder.BothSplits, Also(train, other));
        }
    }

    /// <summary>Drops the faulty rows.</summary>
    /// <returns>The dropped rows, in the order of the files.</returns>
    private static List<DroppedRow> Drop(DatasetSplit train, DatasetSplit test, DatasetSplit? validation)
    {
        DatasetSplit[] splits = validation is null ? [train, test] : [train, test, validation];
        var inTest = FirstRows(test);
        foreach (var row in train.Rows.Where(row => inTest.ContainsKey(row.FileName)))
            row.Reason ??= BothSplits(row.FileName, $"{test.Csv}({inTest[row.FileName].Line})");
        if (validation is not null)
        {
            // An image of several splits stays in the test split, else in the validation split.
            var inValidation = FirstRows(validation);
            foreach (var row in validation.Rows.Where(row => inTest.ContainsKey(row.FileName)))
                row.Reason ??= Also(test, inTest[row.FileName]);
            foreach (var row in train.Rows.Where(row => inValidation.ContainsKey(row.FileName)))
                row.Reason ??= Also(validation, inValidation[row.FileName]);
        }

        var dropped = splits.SelectMany(split => split.Drop()).ToList();

        foreach (var (_, row, message) in OneSplit(train, test).ToList())
            row.Reason = message;
        dropped.AddRange(train.Drop().Concat(test.Drop()));
        if (validation is not null)
        {
            var spellings = Spellings(train);
            foreach (var row in Unknown(validation, train).ToList())
                row.Reason = Unknown(row.ClassName, train, spellings);
            dropped.AddRange(validation.Drop());
        }

        foreach (var split in splits.Where(split => split.Rows.Count == 0))
            split.AddNoRows();
        if (train.Rows.Count > 0 && train.Rows.TrueForAll(row => row.IsEmpty))
            train.AddNoObject();
        var empty = splits.SelectMany(split => split.Faults.Where(fault => fault.Line == 1)).ToList();
        if (empty.Count > 0)
            throw new DatasetException(empty);
        return [.. dropped.OrderBy(row => Array.FindIndex(splits, split => split.Csv == row.Csv)).ThenBy(row => row.Line)];
    }

    /// <summary>Returns the usable rows whose class is in no usable row of the other split.</summary>
    private static IEnumerable<(DatasetSplit Split, DatasetRow Row, string Message)> OneSplit(DatasetSplit train, DatasetSplit test)
    {
        foreach (var (split, other, name) in new[] { (train, test, "training"), (test, train, "test") })
        {
            var known = Boxes(other).Select(row => row.ClassName).ToHashSet(StringComparer.Ordinal);
            var spellings = Spellings(other);
            foreach (var row in Boxes(split).Where(row => !known.Contains(row.ClassName)))
            {
                var hint = Twin(row.ClassName, spellings);
                yield return (split, row, $"class '{row.ClassName}' is only in the {name} split; it must be in both splits.{hint}");
            }
        }
    }

    /// <summary>Returns the usable rows of the validation split whose class is in no usable row of the training split.</summary>
    private static IEnumerable<DatasetRow> Unknown(DatasetSplit validation, DatasetSplit train)
    {
        var known = Boxes(train).Select(row => row.ClassName).ToHashSet(StringComparer.Ordinal);
        return Boxes(validation).Where(row => !known.Contains(row.ClassName));
    }

    private static IEnumerable<DatasetRow> Boxes(DatasetSplit split) => split.Rows.Where(row => row is { Reason: null, IsEmpty: false });

    private static Dictionary<string, DatasetRow> FirstRows(DatasetSplit split) =>
        split
            .Rows.Where(row => row.FileName.Length > 0)
            .DistinctBy(row => row.FileName, StringComparer.Ordinal)
            .ToDictionary(row => row.FileName, StringComparer.Ordinal);

    private static string BothSplits(string image, string other) =>
        $"image '{image}' is in both splits; it must be in one (also at {other}).";

    private static string Also(DatasetSplit split, DatasetRow row) =>
        $"image '{row.FileName}' is also in {split.Csv}({row.Line}); an image must be in one split.";

    private static string Unknown(string className, DatasetSplit train, Dictionary<string, string> spellings) =>
        $"class '{className}' is not in {train.Csv}; it must be in both.{Twin(className, spellings)}";

    /// <summary>Returns the first class of each look, by its look.</summary>
    private static Dictionary<string, string> Spellings(DatasetSplit split)
    {
        var spellings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Boxes(split).Select(row => row.ClassName).Distinct(StringComparer.Ordinal))
            spellings.TryAdd(AlikeNames.ReduceClass(name), name);
        return spellings;
    }

    private static string Twin(string className, Dictionary<string, string> spellings) =>
        spellings.TryGetValue(AlikeNames.ReduceClass(className), out var meant)
            ? $" Did you mean '{meant}'?{NearestName.Difference(className, meant)}"
            : "";

    private static DatasetSplitSummary Summary(DatasetSplit split)
    {
        var boxes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in Boxes(split))
            boxes[row.ClassName] = boxes.GetValueOrDefault(row.ClassName) + 1;
        var images = split.Rows.GroupBy(row => row.FileName, StringComparer.Ordinal).ToList();
        return new(split.FileName, split.Rows.Count, images.Count, images.Count(rows => rows.All(row => row.IsEmpty)), boxes);
    }
}
