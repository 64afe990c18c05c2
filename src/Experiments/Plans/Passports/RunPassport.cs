using System.Text.Json.Serialization;

namespace Experiments.Plans.Passports;

/// <summary>
/// Identifies what a run runs. The planner makes it; the job gets it in one variable; the trainer completes it and writes it beside the
/// model.
/// </summary>
/// <param name="Plan">Name of the plan: experiment and hash.</param>
/// <param name="Image">The image; null where the job runs as a process.</param>
/// <param name="CodeHash">SHA-256 of the trainer's sources, 64 hex digits; null where the job runs in an image.</param>
/// <param name="Git">The commit and the state of the working tree; null outside a repository.</param>
/// <param name="ExperimentHash">SHA-256 over everything that decides the result, 64 hex digits.</param>
/// <param name="DatasetHash">SHA-256 over the rows and images, 64 hex digits; null while it is unknown.</param>
/// <param name="TrainCsv">File name of the training split; null while <c>latest</c> is unresolved.</param>
/// <param name="TestCsv">File name of the test split; null while <c>latest</c> is unresolved.</param>
/// <param name="Seed">Seed of Python, NumPy and PyTorch.</param>
/// <param name="Versions">The versions of the software.</param>
public sealed record RunPassport(
    string Plan,
    PassportImage? Image,
    string? CodeHash,
    GitState? Git,
    string ExperimentHash,
    string? DatasetHash,
    string? TrainCsv,
    string? TestCsv,
    int Seed,
    PassportVersions Versions
)
{
    /// <summary>File name of the validation split; null where DATA.VALIDATION_CSV names none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ValidationCsv { get; init; }

    /// <summary>SHA-256 over the rows and images of the validation split, 64 hex digits; null while unknown, and without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ValidationHash { get; init; }
}
