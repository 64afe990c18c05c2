namespace Datasets.Checks;

/// <summary>Reports a file that cannot be read as CSV.</summary>
/// <param name="line">Line of the fault, from 1.</param>
/// <param name="fault">A whole sentence, without file and line.</param>
internal sealed class CsvException(int line, string fault) : Exception(fault)
{
    public int Line { get; } = line;
}
