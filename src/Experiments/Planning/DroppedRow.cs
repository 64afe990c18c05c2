namespace Experiments.Planning;

/// <summary>A dropped row of a dataset.</summary>
/// <param name="Csv">File, relative to the datastore, with forward slashes.</param>
/// <param name="Line">Line in the file, the header being 1.</param>
/// <param name="Reason">Its first fault.</param>
public sealed record DroppedRow(string Csv, int Line, string Reason)
{
    public override string ToString() => $"{Csv}({Line}): left out: {Reason}";
}
