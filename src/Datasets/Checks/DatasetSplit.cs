using System.Text;
using Experiments.Json;
using Experiments.Planning;

namespace Datasets.Checks;

/// <summary>One split: the rows of its file and the faults found so far.</summary>
internal sealed class DatasetSplit
{
    private readonly List<(int Line, DatasetFaultOrder Order, string Message)> faults = [];

    /// <param name="name"><c>train</c> or <c>test</c>.</param>
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

    /// <summary>Reads header and rows, and checks each row by itself. Images are checked later.</summary>
    public void Load(byte[] bytes, string imagesFolder)
    {
        string text;
        try
        {
            text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            IsRead = false;
            Add(1, DatasetFaultOrder.Column, "is not UTF-8; save the file as UTF-8.");
            return;
        }

        using var records = CsvParser.Parse(text).GetEnumerator();
        if (!records.MoveNext())
        {
            AddNoRows();
            return;
        }
        var header = records.Current.Fields;
        if (!CheckColumns(header))
            return;

        var positions = DatasetRow.Columns.Select(column => header.ToList().IndexOf(column)).ToArray();
        while (records.MoveNext())
        {
            var record = records.Current;
            var fits = record.Fields.Count == header.Count;
            var row = new DatasetRow(record.Line, fits ? [.. positions.Select(position => record.Fields[position])] : null);
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
            AddNoRows();
    }

    private bool CheckColumns(IReadOnlyList<string> header)
    {
        var missing = DatasetRow.Columns.Except(header, StringComparer.Ordinal).ToList();
        var unknown = header.Except(DatasetRow.Columns, StringComparer.Ordinal).ToList();
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var column in missing)
            Pair(column, unknown.Find(candidate => NearestName.IsSameButForStyle(candidate, column)));
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
                1,
                DatasetFaultOrder.Column,
                $"column '{column}' is missing; the header must hold filename, xmin, ymin, xmax, ymax and class.{rename}"
            );
        }
        IsRead = missing.Count == 0;
        return IsRead;

        void Pair(string column, string? near)
        {
            if (near is null)
                return;
            renamed[column] = near;
            unknown.Remove(near);
        }
    }

    private void Check(DatasetRow row, string imagesFolder)
    {
        var values = row.Values!;
        foreach (var column in row.NotNumbers)
        {
            Add(
                row,
                DatasetFaultOrder.Number,
                $"{column} is \"{values[Array.IndexOf(DatasetRow.Columns, column)]}\"; it must be a number of pixels."
            );
        }

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

        if (row is { HasBox: true, HasArea: false } && row.FileName.Length > 0)
        {
            Add(
                row,
                DatasetFaultOrder.NoArea,
                $"image '{row.FileName}': box {row.BoxText} has no area; xmin must be less than xmax and ymin less than ymax."
            );
        }
    }
}
