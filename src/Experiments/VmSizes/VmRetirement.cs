namespace Experiments.VmSizes;

/// <summary>A VM size that Azure has retired or will retire.</summary>
/// <param name="VmSize">The size, as in <c>Standard_NC6</c>.</param>
/// <param name="Series">Its series, as in <c>NC</c>.</param>
/// <param name="Date">The first day on which no node of this size is available.</param>
/// <param name="Successor">The size to train on instead.</param>
public sealed record VmRetirement(string VmSize, string Series, DateOnly Date, string Successor)
{
    public bool IsOver(DateOnly today) => today >= Date;
}
