namespace Experiments.Records;

/// <summary>The records of one plan's stages: <c>artifacts/{plan name}/{stage}.json</c>.</summary>
/// <param name="artifactsFolder">The folder of all plans.</param>
/// <param name="planName">Name of the plan.</param>
public sealed class StageRecords(string artifactsFolder, string planName)
{
    /// <summary>The plan's own folder.</summary>
    public string Folder { get; } = Path.Combine(artifactsFolder, planName);

    /// <summary>Returns the file of a record, which may be missing.</summary>
    public string FileOf<T>()
        where T : IStageRecord => Path.Combine(Folder, T.Stage + ".json");

    /// <summary>Writes a record and replaces an earlier one of the same stage.</summary>
    public void Write<T>(T record)
        where T : IStageRecord => RecordFile.Write(FileOf<T>(), record, T.Forms);

    /// <summary>Reads the record of an earlier stage.</summary>
    /// <exception cref="RecordException">The stage has not run for this plan, or its record is broken.</exception>
    public T Read<T>()
        where T : IStageRecord =>
        RecordFile.Read<T>(
            FileOf<T>(),
            $"An earlier stage writes it; run that stage first, with the same --exp-config and --set: dotnet cake --target={T.Target}",
            T.Forms
        );

    /// <summary>Returns whether the record exists.</summary>
    public bool Has<T>()
        where T : IStageRecord => File.Exists(FileOf<T>());
}
