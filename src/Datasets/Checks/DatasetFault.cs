namespace Datasets.Checks;

/// <summary>One thing wrong in a dataset.</summary>
/// <param name="Where">File or folder, relative to the datastore, with forward slashes.</param>
/// <param name="Line">Line in the file, the header being 1; null when the whole is meant.</param>
/// <param name="Message">What is there and what must be.</param>
public sealed record DatasetFault(string Where, int? Line, string Message)
{
    public override string ToString() => Line is null ? $"{Where} {Message}" : $"{Where}({Line}): {Message}";
}
