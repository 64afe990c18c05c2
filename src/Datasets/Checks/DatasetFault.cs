namespace Datasets.Checks;

/// <summary>One fault of a dataset.</summary>
/// <param name="Where">File or folder, relative to the datastore, with forward slashes.</param>
/// <param name="Line">Line in the file, the header being 1; null for the whole file or folder.</param>
/// <param name="Message">What was found and the rule.</param>
public sealed record DatasetFault(string Where, int? Line, string Message)
{
    public override string ToString() => Line is null ? $"{Where} {Message}" : $"{Where}({Line}): {Message}";
}
