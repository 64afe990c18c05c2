namespace Experiments.VmSizes;

/// <summary>A VM size that Azure has retired, or will.</summary>
/// <param name="VmSize">The size, as in <c>Standard_NC6</c>.</param>
/// <param name="Series">The series it is of, as in <c>NC</c>.</param>
/// <param name="Date">The day from which no node of it can be had.</param>
/// <param name="Successor">The size to train on instead.</param>
public sealed record VmRetirement(string VmSize, string Series, DateOnly Date, string Successor)
{
    public bool IsOver(DateOnly today) => today >= Date;
}
