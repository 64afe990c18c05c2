using System.Globalization;
using System.Text.RegularExpressions;

namespace Datasets.Checks;

/// <summary>One row of a split: an image and a box with its class, or an image without an object.</summary>
internal sealed partial class DatasetRow
{
    /// <summary>The columns of a row, in the order in which the dataset hash takes them.</summary>
    public static readonly string[] Columns = ["filename", "xmin", "ymin", "xmax", "ymax", "class"];

    private readonly double[] box = new double[4];

    /// <param name="line">Line in the file.</param>
    /// <param name="values">The values of <see cref="Columns"/>, trimmed; null when the row's number of fields is wrong.</param>
    public DatasetRow(int line, string[]? values)
    {
        Line = line;
        Values = values;
        if (values is null)
            return;
        IsEmpty = values.Skip(1).All(value => value.Length == 0);
        for (var index = 0; index < 4; index++)
        {
            var text = values[index + 1];
            if (text.Length > 0 && !TryNumber(text, out box[index]))
                NotNumbers.Add(Columns[index + 1]);
        }
        HasBox = NotNumbers.Count == 0 && values.Skip(1).Take(4).All(value => value.Length > 0);
    }

    public int Line { get; }

    public string[]? Values { get; }

    public string FileName => Values?[0] ?? "";

    public string ClassName => Values?[5] ?? "";

    /// <summary>The image holds no object.</summary>
    public bool IsEmpty { get; }

    public bool HasBox { get; }

    /// <summary>Columns whose value is not a number.</summary>
    public List<string> NotNumbers { get; } = [];

    /// <summary>The first fault of the row; null when the row can be used.</summary>
    public string? Reason { get; set; }

    public bool HasArea => box[0] < box[2] && box[1] < box[3];

    public string BoxText => string.Join(',', box.Select(number => number.ToString("0.###############", CultureInfo.InvariantCulture)));

    public bool IsWithin(ImageSize image) =>
        Math.Min(box[0], box[2]) >= 0
        && Math.Max(box[0], box[2]) <= image.Width
        && Math.Min(box[1], box[3]) >= 0
        && Math.Max(box[1], box[3]) <= image.Height;

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number)
        && double.IsFinite(number)
        && Number().IsMatch(text);

    [GeneratedRegex(
        @"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Number();
}
