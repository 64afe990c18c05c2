namespace Reports.Reading;

/// <summary>The results of the trainer's evaluation for reports: <c>outputs/evaluation.json</c>.</summary>
/// <param name="EvalConf">Minimum score of a prediction that counts.</param>
/// <param name="Iou">Minimum IoU of a correct prediction.</param>
/// <param name="TestImages">Number of test images.</param>
/// <param name="Classes">Names of the K classes, by label.</param>
/// <param name="PrecisionRecall">One curve per class.</param>
/// <param name="Confusion">(K + 1) x (K + 1) counts: actual by predicted; the last row and column stand for the background.</param>
/// <param name="WorstImages">The images with the most mistakes.</param>
public sealed record Evaluation(
    double EvalConf,
    double Iou,
    int TestImages,
    IReadOnlyList<string> Classes,
    IReadOnlyList<PrecisionCurve> PrecisionRecall,
    IReadOnlyList<IReadOnlyList<long>> Confusion,
    IReadOnlyList<WorstImage> WorstImages
)
{
    /// <summary>Returns the evaluation with empty lists for missing members, and without a matrix of the wrong shape.</summary>
    internal Evaluation Checked()
    {
        IReadOnlyList<string> classes = [.. (Classes ?? []).Select(name => name ?? "")];
        var matrix = Confusion ?? [];
        var isSquare = matrix.Count == classes.Count + 1 && matrix.All(row => row?.Count == matrix.Count);
        return this with
        {
            Classes = classes,
            PrecisionRecall =
            [
                .. (PrecisionRecall ?? []).Where(curve => curve is { Name: not null, Precision.Count: <= PrecisionCurve.Points }),
            ],
            Confusion = isSquare ? matrix : [],
            WorstImages = [.. (WorstImages ?? []).Where(image => image is { FileName: not null, Picture: not null })],
        };
    }
}

/// <summary>The precision of one class at the recalls 0, 0.01, … 1, at IoU 0.5.</summary>
/// <param name="Name">Name of the class.</param>
/// <param name="Ap50">Mean of the precisions; negative for a class without objects.</param>
/// <param name="Precision">101 numbers in [0, 1]; none for a class without objects.</param>
public sealed record PrecisionCurve(string Name, double Ap50, IReadOnlyList<double> Precision)
{
    internal const int Points = 101;
}

/// <summary>A test image with mistakes.</summary>
/// <param name="FileName">Name of the image.</param>
/// <param name="Missed">Objects that are missed or get another class.</param>
/// <param name="Wrong">Predictions without such an object.</param>
/// <param name="Picture">File in <c>outputs/worst</c>.</param>
public sealed record WorstImage(string FileName, int Missed, int Wrong, string Picture);
