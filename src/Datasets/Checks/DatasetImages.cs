using System.Globalization;
using System.Text;
using Datasets.Pictures;
using Experiments.Json;
using Experiments.Model;

namespace Datasets.Checks;

/// <summary>
/// Checks the rows of a dataset against their images, and decides whether the EXIF orientation of an image is applied: the boxes belong to
/// the pixels whose width and height their rows state. Where they state none, or where both ways have the same size, the setting decides.
/// </summary>
internal sealed class DatasetImages
{
    /// <summary>Names listed in a note.</summary>
    private const int MostNames = 5;

    /// <summary>Coordinates computed from others may overshoot by their rounding.</summary>
    private const double Tolerance = 1e-9;

    private readonly IReadOnlySet<string> present;
    private readonly IReadOnlyDictionary<string, ImageReading>? readings;
    private readonly DataSettings settings;
    private readonly string shownFolder;
    private readonly Dictionary<string, (double Width, double Height)> stated;
    private readonly HashSet<string> reported = new(StringComparer.Ordinal);
    private readonly Lazy<Dictionary<string, string>> alike;

    /// <param name="splits">The splits that were read.</param>
    /// <param name="present">The images that exist.</param>
    /// <param name="readings">What reading them showed; null when they are unread.</param>
    /// <param name="settings">How images are read.</param>
    /// <param name="shownFolder">The folder of the images, for messages.</param>
    public DatasetImages(
        IReadOnlyList<DatasetSplit> splits,
        IReadOnlySet<string> present,
        IReadOnlyDictionary<string, ImageReading>? readings,
        DataSettings settings,
        string shownFolder
    )
    {
        (this.present, this.readings, this.settings, this.shownFolder) = (present, readings, settings, shownFolder);
        stated = splits
            .SelectMany(split => split.Rows)
            .Where(row => row.Stated is not null)
            .DistinctBy(row => row.FileName, StringComparer.Ordinal)
            .ToDictionary(row => row.FileName, row => row.Stated!.Value, StringComparer.Ordinal);
        alike = new(FindAlike);
    }

    private double Clip => settings.OnBadRows == BadRows.Clip ? settings.ClipPixels : 0;

    /// <summary>
    /// Adds the faults of the images that the rows of a split name, each image once over both splits, and of their boxes.
    /// </summary>
    public void Check(DatasetSplit split)
    {
        var wrong = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in split.Rows.Where(row => row.FileName.Length > 0))
        {
            if (Fault(row.FileName) is { } fault)
            {
                if (reported.Add(row.FileName))
                    split.Add(row, present.Contains(row.FileName) ? DatasetFaultOrder.Unreadable : DatasetFaultOrder.Missing, fault);
                row.Reason ??= fault;
            }
            else if (SizeOf(row.FileName) is { } image)
            {
                CheckStated(split, row, image, wrong);
            }

            CheckBox(split, row, SizeOf(row.FileName));
        }
    }

    /// <summary>Returns how images and boxes are used where the files leave a choice, as whole sentences.</summary>
    public IReadOnlyList<string> Notes(IReadOnlyList<DatasetRow> rows)
    {
        var (turned, left, stored) = (new List<string>(), new List<string>(), new List<string>());
        var names = rows.Select(row => row.FileName).Distinct(StringComparer.Ordinal).ToList();
        foreach (var name in names)
        {
            if (readings?.GetValueOrDefault(name)?.Size is not { Orientation: not ExifOrientation.Upright } image)
                continue;
            var evidence = Evidence(name, image);
            if (evidence is null)
                (settings.Exif == ExifUse.Apply ? turned : left).Add(name);
            else if (evidence is false)
                stored.Add(name);
        }

        var notes = new List<string>();
        if (turned.Count > 0)
        {
            notes.Add(
                $"{Images(turned)} turned upright as the EXIF orientation says (DATA.EXIF is apply): {List(turned)}. "
                    + "Set DATA.EXIF=ignore if the boxes were drawn on the stored pixels."
            );
        }

        if (left.Count > 0)
            notes.Add($"{Images(left)} used as stored in spite of the EXIF orientation (DATA.EXIF is ignore): {List(left)}.");
        if (stored.Count > 0)
        {
            notes.Add(
                $"{Images(stored)} used as stored in spite of the EXIF orientation, because width and height of the rows are those of the "
                    + $"stored pixels: {List(stored)}."
            );
        }

        notes.AddRange(TraitNotes(names));
        var clipped = rows.Count(row => row.HasBox && SizeOf(row.FileName) is { } image && row.Overshoot(image) > Tolerance);
        if (clipped > 0 && Clip > 0)
        {
            var boxes = clipped == 1 ? "1 box reaches" : $"{clipped} boxes reach";
            var pixels = Clip.ToString("g15", CultureInfo.InvariantCulture);
            notes.Add($"{boxes} at most {pixels} pixels outside and {(clipped == 1 ? "is" : "are")} clipped (DATA.ON_BAD_ROWS is clip).");
        }

        return notes;
    }

    private IEnumerable<string> TraitNotes(List<string> names)
    {
        var scaled =
            settings.Depth == DepthUse.Range
                ? "from its full range (DATA.DEPTH is range)"
                : "from percentiles of the training split (DATA.DEPTH is percentiles)";
        (string Trait, string Sentence)[] sentences =
        [
            ("cut", "lacks the last bytes of its file and decodes whole"),
            ("deep", $"has more than 8 bits per pixel and is scaled {scaled}"),
            ("alpha", "has transparent pixels and is composed on white"),
        ];
        foreach (var (trait, sentence) in sentences)
        {
            var having = names.FindAll(name => readings?.GetValueOrDefault(name)?.Traits.Contains(trait, StringComparer.Ordinal) == true);
            if (having.Count > 0)
                yield return $"{(having.Count == 1 ? "1 image" : $"each of {having.Count} images")} {sentence}: {List(having)}.";
        }
    }

    private static void CheckStated(DatasetSplit split, DatasetRow row, ImageSize image, HashSet<string> wrong)
    {
        if (row.Stated is not { } said || image.HasSides(said))
            return;
        var message =
            $"image '{row.FileName}' is {image.Width} x {image.Height} pixels, and the row says {row.StatedText}; "
            + "width and height must be those of the file.";
        if (wrong.Add(row.FileName))
            split.Add(row, DatasetFaultOrder.Stated, message);
        row.Reason ??= message;
    }

    private void CheckBox(DatasetSplit split, DatasetRow row, ImageSize? size)
    {
        if (!row.HasBox)
            return;
        var hasArea = row.HasArea(size);
        if (!hasArea)
        {
            var least = DatasetRow.LeastSideOf(size).ToString("g15", CultureInfo.InvariantCulture);
            var rule = row.IsInOrder
                ? $"each side must be at least {least} pixels long."
                : "xmin must be less than xmax and ymin less than ymax.";
            split.Add(row, DatasetFaultOrder.NoArea, $"image '{row.FileName}': box {row.BoxText} has no area; {rule}");
        }

        if (size is not { } image)
            return;
        var overshoot = row.Overshoot(image);
        if (overshoot <= Math.Max(Clip, Tolerance) && (overshoot <= 0 || !hasArea || row.HasAreaWithin(image)))
            return;
        split.Add(
            row,
            DatasetFaultOrder.Outside,
            $"image '{row.FileName}': box {row.BoxText} reaches outside the image of {image.Width} x {image.Height} pixels; "
                + $"it must be within 0,0,{image.Width},{image.Height}."
        );
    }

    private string? Fault(string name)
    {
        if (!present.Contains(name))
        {
            var hint = alike.Value.TryGetValue(AlikeNames.Reduce(name), out var meant)
                ? $" Did you mean '{meant}'?{NearestName.Difference(name, meant)}"
                : "";
            return $"image '{name}' is not in {shownFolder}; it must be there, or the row removed.{hint}";
        }

        return readings?[name].Fault is { } fault ? $"image '{name}' {fault}" : null;
    }

    /// <summary>Returns the size of an image as it is used; null when it is unknown.</summary>
    private ImageSize? SizeOf(string name)
    {
        if (readings?.GetValueOrDefault(name)?.Size is not { } image)
            return null;
        return Evidence(name, image) ?? settings.Exif == ExifUse.Apply ? image.Upright : image;
    }

    /// <summary>Returns whether the rows speak for the upright picture; null when they do not tell.</summary>
    private bool? Evidence(string name, ImageSize image)
    {
        if (image.Width == image.Upright.Width || !stated.TryGetValue(name, out var said))
            return null;
        return image.Upright.HasSides(said) ? true
            : image.HasSides(said) ? false
            : null;
    }

    private Dictionary<string, string> FindAlike()
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in present.OrderBy(Encoding.UTF8.GetBytes, Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y))))
            found.TryAdd(AlikeNames.Reduce(name), name);
        return found;
    }

    private static string Images(List<string> names) => names.Count == 1 ? "1 image is" : $"{names.Count} images are";

    private static string List(List<string> names) =>
        string.Join(", ", names.Take(MostNames)) + (names.Count > MostNames ? $" and {names.Count - MostNames} more" : "");
}
