namespace Experiments.Records;

/// <summary>The records of one plan's stages: <c>artifacts/{plan name}/{stage}.json</c>.</summary>
/// <param name="artifactsFolder">The folder of all plans.</param>
/// <param name="planName">Name of the plan.</param>
public sealed class StageRecords(string artifactsFolder, string planName)
{
    /// <summary>The plan's own folder.</summary>
    public string Folder { get; } = Path.Combine(artifactsFolder, planName);

    /// <summary>The file of a stage, which need not be there.</summary>
    public string FileOf(string stage) => Path.Combine(Folder, stage + ".json");

    /// <summary>Writes the record of a stage, in the place of an earlier one.</summary>
    /// <param name="stage">The stage, as in <c>compute-target</c>.</param>
    /// <param name="record">What the stage made.</param>
    public void Write<T>(string stage, T record) => RecordFile.Write(FileOf(stage), record);

    /// <summary>Reads the record of an earlier stage.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="target">The target that writes it, for the message when it is absent.</param>
    /// <exception cref="RecordException">The stage has not run for this plan, or its record is broken.</exception>
    public T Read<T>(string stage, string target) =>
        RecordFile.Read<T>(
            FileOf(stage),
            $"The stage before this one writes it; run it first, with the same --exp-config and --set: dotnet cake --target={target}"
        );

    /// <summary>Whether the stage has a record.</summary>
    public bool Has(string stage) => File.Exists(FileOf(stage));
}
