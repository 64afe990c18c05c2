using System.Globalization;
using System.Text.RegularExpressions;
using Datasets.Pictures;

namespace Datasets.Checks;

/// <summary>One row of a split: an image and a box with its class, or an image without an object.</summary>
internal sealed partial class DatasetRow
{
    /// <summary>The columns of a row, in the order in which the dataset hash takes them.</summary>
    public static readonly string[] Columns = ["filename", "xmin", "ymin", "xmax", "ymax", "class"];

    /// <summary>The columns that may state the size of the image.</summary>
    public static readonly string[] SizeColumns = ["width", "height"];

    private const double LeastSide = 0.01; // pixels
    private const double LargestShare = 1 << 20;

    private readonly double[] box = new double[4];

    /// <param name="line">Line in the file.</param>
    /// <param name="values">The values of <see cref="Columns"/>, trimmed; null when the row's number of fields is wrong.</param>
    /// <param name="size">The values of <see cref="SizeColumns"/>, trimmed; empty when a column is missing.</param>
    public DatasetRow(int line, string[]? values, IReadOnlyList<string> size)
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
                NotNumbers.Add((Columns[index + 1], text));
        }
        HasBox = NotNumbers.Count == 0 && values.Skip(1).Take(4).All(value => value.Length > 0);
        if (size.Count == 2)
            Stated = ReadSize(size);
        StatedText = string.Join(" x ", size);
    }

    public int Line { get; }

    public string[]? Values { get; }

    public string FileName => Values?[0] ?? "";

    public string ClassName => Values?[5] ?? "";

    /// <summary>The image holds no object.</summary>
    public bool IsEmpty { get; }

    public bool HasBox { get; }

    /// <summary>The size of the image as the row states it; null when it states none.</summary>
    public (double Width, double Height)? Stated { get; }

    /// <summary>The stated size as it is written.</summary>
    public string StatedText { get; } = "";

    /// <summary>Columns whose value is not a number.</summary>
    public List<(string Column, string Value)> NotNumbers { get; } = [];

    /// <summary>The first fault of the row; null when the row can be used.</summary>
    public string? Reason { get; set; }

    /// <summary>The coordinates in pixels: xmin, ymin, xmax, ymax.</summary>
    public IReadOnlyList<double> Box => box;

    public bool IsInOrder => box[0] < box[2] && box[1] < box[3];

    /// <summary>The box as it is written in the file.</summary>
    public string BoxText => string.Join(',', Values!.Skip(1).Take(4));

    /// <summary>What makes two rows the same row.</summary>
    public (string, string, double?, double, double, double) Content =>
        (FileName, ClassName, HasBox ? box[0] : null, box[1], box[2], box[3]);

    public static bool IsNumber(string text) => Number().IsMatch(text);

    /// <summary>Returns how far the box reaches outside an image at most, in pixels; negative inside.</summary>
    public double Overshoot(ImageSize image) =>
        Math.Max(-box.Min(), Math.Max(Math.Max(box[0], box[2]) - image.Width, Math.Max(box[1], box[3]) - image.Height));

    /// <summary>
    /// Returns the shortest side of a box, in pixels: a shorter one is lost in 32-bit numbers when the image is resized and flipped.
    /// </summary>
    /// <param name="image">Null when its size is unknown.</param>
    public static double LeastSideOf(ImageSize? image) =>
        Math.Max(LeastSide, image is { } known ? Math.Max(known.Width, known.Height) / LargestShare : 0);

    /// <summary>Returns whether each side is at least as long as its image needs.</summary>
    public bool HasArea(ImageSize? image) => IsArea(box[0], box[1], box[2], box[3], LeastSideOf(image));

    /// <summary>Returns whether the part of the box within an image has an area.</summary>
    public bool HasAreaWithin(ImageSize image) =>
        IsArea(
            Math.Clamp(box[0], 0, image.Width),
            Math.Clamp(box[1], 0, image.Height),
            Math.Clamp(box[2], 0, image.Width),
            Math.Clamp(box[3], 0, image.Height),
            LeastSideOf(image)
        );

    private static bool IsArea(double xmin, double ymin, double xmax, double ymax, double least) =>
        xmax - xmin >= least && ymax - ymin >= least;

    private (double, double)? ReadSize(IReadOnlyList<string> size)
    {
        var numbers = new double?[2];
        for (var index = 0; index < 2; index++)
        {
            if (TryNumber(size[index], out var number))
                numbers[index] = number;
            else if (size[index].Length > 0)
                NotNumbers.Add((SizeColumns[index], size[index]));
        }

        return (numbers[0], numbers[1]) is ({ } width, { } height) ? (width, height) : null;
    }

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
