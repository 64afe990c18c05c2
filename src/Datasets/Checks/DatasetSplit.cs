using Experiments.Json;
using Experiments.Planning;

namespace Datasets.Checks;

/// <summary>One split: the rows of its file and the faults found so far.</summary>
internal sealed class DatasetSplit
{
    /// <summary>What other tools call a column.</summary>
    private static readonly Dictionary<string, string[]> Synonyms = new(StringComparer.Ordinal)
    {
        ["filename"] = ["image", "file", "image_name", "img", "path", "image_path", "image_id"],
        ["xmin"] = ["x1", "left", "min_x"],
        ["ymin"] = ["y1", "top", "min_y"],
        ["xmax"] = ["x2", "right", "max_x"],
        ["ymax"] = ["y2", "bottom", "max_y"],
        ["class"] = ["label", "category", "class_name", "label_name", "object", "name"],
    };

    private readonly List<(int Line, DatasetFaultOrder Order, string Message)> faults = [];

    /// <param name="name"><c>train</c>, <c>test</c> or <c>validation</c>.</param>
    /// <param name="fileName">File in <c>{IMAGE_TYPE}/datasets</c>.</param>
    /// <param name="csv">The same, relative to the datastore.</param>
    public DatasetSplit(string name, string fileName, string csv)
    {
        Name = name;
        FileName = fileName;
        Csv = csv;
    }

    public string Name { get; }

    public string FileName { get; }

    public string Csv { get; }

    public List<DatasetRow> Rows { get; private set; } = [];

    /// <summary>False when the columns are faulty and no row was read.</summary>
    public bool IsRead { get; private set; } = true;

    public IEnumerable<DatasetFault> Faults =>
        faults.OrderBy(fault => fault.Line).ThenBy(fault => fault.Order).Select(fault => new DatasetFault(Csv, fault.Line, fault.Message));

    public void Add(int line, DatasetFaultOrder order, string message) => faults.Add((line, order, message));

    /// <summary>Adds a fault of a row, which makes the row unusable.</summary>
    public void Add(DatasetRow row, DatasetFaultOrder order, string message)
    {
        Add(row.Line, order, message);
        row.Reason ??= message;
    }

    public void AddNoRows() => Add(1, DatasetFaultOrder.NoRows, "holds no rows; it must hold at least one image.");

    /// <summary>Removes the rows that cannot be used, and returns them with their reasons.</summary>
    public IReadOnlyList<DroppedRow> Drop()
    {
        var dropped = Rows.Where(row => row.Reason is not null).Select(row => new DroppedRow(Csv, row.Line, row.Reason!)).ToList();
        Rows = [.. Rows.Where(row => row.Reason is null)];
        return dropped;
    }

    public void AddNoObject() =>
        Add(1, DatasetFaultOrder.NoRows, "holds no object; it must hold at least one, so that the detector learns a class.");

    /// <summary>Reads header and rows, and checks each row by itself. Images are checked later.</summary>
    public void Load(byte[] bytes, string imagesFolder)
    {
        try
        {
            var text = CsvText.Decode(bytes, Csv);
            var records = CsvParser.Parse(CsvText.WithoutMarks(text)).ToList();
            if (records.Count == 0)
                AddNoRows();
            else if (CsvText.DialectFault(text, records[0], Csv) is { } dialect)
                throw new CsvException(records[0].Line, dialect);
            else if (CheckColumns(records[0]))
                Load(records, imagesFolder);
        }
        catch (CsvException fault)
        {
            Reject(fault.Line, fault.Message);
        }
    }

    private void Reject(int line, string message)
    {
        IsRead = false;
        Rows = [];
        faults.Clear();
        Add(line, DatasetFaultOrder.Column, message);
    }

    private void Load(List<CsvRecord> records, string imagesFolder)
    {
        var header = records[0].Fields.ToList();
        var positions = DatasetRow.Columns.Select(column => header.IndexOf(column)).ToArray();
        var sizes = DatasetRow.SizeColumns.Select(column => header.IndexOf(column)).Where(position => position >= 0).ToArray();
        foreach (var record in records.Skip(1))
        {
            var fits = record.Fields.Count == header.Count;
            var row = fits
                ? new DatasetRow(
                    record.Line,
                    [.. positions.Select(position => record.Fields[position])],
                    [.. sizes.Select(position => record.Fields[position])]
                )
                : new DatasetRow(record.Line, values: null, size: []);
            Rows.Add(row);
            if (fits)
            {
                Check(row, imagesFolder);
            }
            else
            {
                Add(
                    row,
                    DatasetFaultOrder.Fields,
                    $"has {record.Fields.Count} {(record.Fields.Count == 1 ? "field" : "fields")}; it must have {header.Count}, "
                        + "as the header has."
                );
            }
        }

        if (Rows.Count == 0)
        {
            AddNoRows();
        }
        else if (IsNormalised())
        {
            Reject(1, "holds coordinates from 0 to 1; they must be pixels: multiply x by the width and y by the height of each image.");
        }
    }

    private bool IsNormalised()
    {
        var numbers = Rows.Where(row => row.HasBox).SelectMany(row => row.Box).ToList();
        return numbers.TrueForAll(number => number is >= 0 and <= 1) && numbers.Exists(number => number is > 0 and < 1);
    }

    /// <summary>Adds the faults of rows that repeat or contradict another row of their image.</summary>
    public void CheckRepeated()
    {
        var objects = Rows.Where(row => row is { IsEmpty: false, FileName.Length: > 0 })
            .DistinctBy(row => row.FileName, StringComparer.Ordinal)
            .ToDictionary(row => row.FileName, row => row.Line, StringComparer.Ordinal);
        var first = new Dictionary<object, int>();
        foreach (var row in Rows.Where(row => row.FileName.Length > 0 && (row.IsEmpty || row is { HasBox: true, ClassName.Length: > 0 })))
        {
            var isRepeated = !first.TryAdd(row.Content, row.Line);
            var image = $"image '{row.FileName}'";
            if (row.IsEmpty && objects.TryGetValue(row.FileName, out var line))
            {
                Add(
                    row,
                    DatasetFaultOrder.Repeated,
                    $"{image}: the row says that it holds no object, and line {line} holds one; one of the two must be removed."
                );
            }
            else if (isRepeated)
            {
                var earlier = first[row.Content];
                Add(
                    row,
                    DatasetFaultOrder.Repeated,
                    row.IsEmpty
                        ? $"{image} is said to hold no object in line {earlier} already; one row must say so."
                        : $"{image}: box {row.BoxText} of class '{row.ClassName}' is in line {earlier} already; each object must have "
                            + $"one row."
                );
            }
        }
    }

    private bool CheckColumns(CsvRecord first)
    {
        var header = first.Fields;
        var missing = DatasetRow.Columns.Except(header, StringComparer.Ordinal).ToList();
        var unknown = header.Except(DatasetRow.Columns, StringComparer.Ordinal).ToList();
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var column in missing)
            Pair(column, unknown.Find(candidate => NearestName.IsSameButForStyle(candidate, column)));
        foreach (var column in missing.Where(column => !renamed.ContainsKey(column)))
        {
            Pair(
                column,
                Synonyms[column]
                    .SelectMany(name => unknown.Where(candidate => NearestName.IsSameButForStyle(name, candidate)))
                    .FirstOrDefault()
            );
        }

        foreach (var column in missing.Where(column => !renamed.ContainsKey(column)))
        {
            Pair(
                column,
                unknown
                    .Select(candidate => (Name: candidate, Distance: NearestName.Distance(candidate, column)))
                    .Where(pair => pair.Distance <= 2)
                    .OrderBy(pair => pair.Distance)
                    .FirstOrDefault()
                    .Name
            );
        }

        foreach (var column in missing)
        {
            var rename = renamed.TryGetValue(column, out var near) ? $" Rename the unknown column '{near}' to '{column}'." : "";
            Add(
                first.Line,
                DatasetFaultOrder.Column,
                $"column '{column}' is missing; the header must hold filename, xmin, ymin, xmax, ymax and class.{rename}"
            );
        }
        var others = MoreColumnFaults(header, unknown).ToList();
        foreach (var fault in others)
            Add(first.Line, DatasetFaultOrder.Column, fault);
        IsRead = missing.Count == 0 && others.Count == 0;
        return IsRead;

        void Pair(string column, string? near)
        {
            if (near is null)
                return;
            renamed[column] = near;
            unknown.Remove(near);
        }
    }

    /// <summary>Returns the faults of columns that are there: twice, or with a size and under a name that is not read.</summary>
    private static IEnumerable<string> MoreColumnFaults(IReadOnlyList<string> header, List<string> unused)
    {
        foreach (var column in DatasetRow.Columns.Concat(DatasetRow.SizeColumns))
        {
            var count = header.Count(other => other == column);
            if (count > 1)
                yield return $"column '{column}' is in the header {count} times; it must be there once.";
        }

        foreach (var column in DatasetRow.SizeColumns.Except(header, StringComparer.Ordinal))
        {
            if (unused.Find(other => NearestName.IsSameButForStyle(column, other)) is { } styled)
                yield return $"column '{styled}' states the {column} of the images; its name must be '{column}'.";
        }
    }

    private void Check(DatasetRow row, string imagesFolder)
    {
        var values = row.Values!;
        foreach (var (column, value) in row.NotNumbers)
            Add(row, DatasetFaultOrder.Number, $"{column} is \"{value}\"; it must be a number of pixels.");

        if (row.FileName.Length == 0)
        {
            Add(row, DatasetFaultOrder.Partial, $"filename is empty; it must name a file in {imagesFolder}.");
        }
        else if (!row.IsEmpty && Array.FindIndex(values, value => value.Length == 0) is > 0 and var index)
        {
            Add(
                row,
                DatasetFaultOrder.Partial,
                $"{DatasetRow.Columns[index]} is empty; a row must hold a box and a class, or a file name alone when the image "
                    + "holds no object."
            );
        }
    }
}
