using System.Globalization;
using Experiments.Model;

namespace Datasets.Checks;

/// <summary>The CSV files of a dataset.</summary>
/// <param name="Train">Null when the training file is missing.</param>
/// <param name="Test">Null when the test file is missing.</param>
/// <param name="Validation">The validation file; null when DATA.VALIDATION_CSV names none, or when it is missing.</param>
/// <param name="Faults">The missing files, each with its split. A <c>latest</c> without a pair is one fault, of the training split.</param>
internal sealed record DatasetFiles(
    DatasetSplit? Train,
    DatasetSplit? Test,
    DatasetSplit? Validation,
    IReadOnlyList<(string Split, DatasetFault Fault)> Faults
)
{
    /// <summary>The name of the third split.</summary>
    public const string ValidationSplit = "validation";

    /// <summary>The value of DATA.VALIDATION_CSV that names no file.</summary>
    private const string NoFile = "none";

    /// <summary>Digits of a stamp, YYMMDDHHmmss.</summary>
    private const int StampDigits = 12;

    /// <summary>Finds the files by name, or the newest pair with one stamp.</summary>
    /// <param name="names">The files in <c>{imageType}/datasets</c>.</param>
    /// <param name="imageType">The use case: a folder of the datastore.</param>
    /// <param name="trainCsv">One of the names, or <c>latest</c>.</param>
    /// <param name="testCsv">As <paramref name="trainCsv"/>.</param>
    /// <param name="validationCsv">One of the names, or <c>none</c> or empty for no validation file.</param>
    public static DatasetFiles Find(IReadOnlySet<string> names, string imageType, string trainCsv, string testCsv, string validationCsv)
    {
        var shown = $"{imageType}/datasets";
        var stamp = Stamps(names, imageType).Max(StringComparer.Ordinal);
        var faults = new List<(string, DatasetFault)>();
        return new(Find("train", trainCsv), Find("test", testCsv), FindValidation(), faults);

        DatasetSplit? FindValidation()
        {
            if (validationCsv is "" or NoFile)
                return null;
            if (names.Contains(validationCsv))
                return new(ValidationSplit, validationCsv, $"{shown}/{validationCsv}");
            faults.Add(
                (
                    ValidationSplit,
                    new(
                        $"{shown}/{validationCsv}",
                        null,
                        $"does not exist; DATA.VALIDATION_CSV must name a file in {shown} or be {NoFile}."
                    )
                )
            );
            return null;
        }

        DatasetSplit? Find(string split, string csv)
        {
            var name = csv == Experiment.LatestCsv && stamp is not null ? $"{split}_{imageType}_{stamp}.csv" : csv;
            if (names.Contains(name) && (csv != Experiment.LatestCsv || stamp is not null))
                return new(split, name, $"{shown}/{name}");
            if (csv != Experiment.LatestCsv)
            {
                faults.Add(
                    (
                        split,
                        new(
                            $"{shown}/{csv}",
                            null,
                            $"does not exist; {split.ToUpperInvariant()}_CSV must name a file in {shown} or be latest."
                        )
                    )
                );
            }
            else if (faults.TrueForAll(fault => fault.Item2.Where != shown))
            {
                faults.Add(
                    (
                        split,
                        new(
                            shown,
                            null,
                            $"holds no pair of train_{imageType}_YYMMDDHHmmss.csv and test_{imageType}_YYMMDDHHmmss.csv with one "
                                + "stamp; 'latest' needs one."
                        )
                    )
                );
            }

            return null;
        }
    }

    /// <summary>Returns the stamps for which both splits have a file.</summary>
    public static IEnumerable<string> Stamps(IReadOnlySet<string> names, string imageType)
    {
        var prefix = $"train_{imageType}_";
        return names
            .Where(name =>
                name.StartsWith(prefix, StringComparison.Ordinal)
                && name.EndsWith(".csv", StringComparison.Ordinal)
                && name.Length == prefix.Length + StampDigits + 4
            )
            .Select(name => name.Substring(prefix.Length, StampDigits))
            .Where(stamp => IsTime(stamp) && names.Contains($"test_{imageType}_{stamp}.csv"));
    }

    // A moment of the years 2000 to 2099.
    private static bool IsTime(string stamp) =>
        stamp.All(char.IsAsciiDigit)
        && DateTime.TryParseExact("20" + stamp, "yyyyMMddHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
}
