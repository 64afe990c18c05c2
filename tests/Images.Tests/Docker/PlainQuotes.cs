namespace Images.Tests.Docker;

/// <summary>
/// Lets Cake.Docker quote as it does on Cake.Core before version 7: what is inside the quotation marks is not escaped. Applies to the whole
/// process, so the classes that use it, and those that it would disturb, are one collection.
/// </summary>
internal sealed class PlainQuotes : IDisposable
{
    private const string Switch = "Cake.Docker.PlainQuotes";

    public PlainQuotes() => AppContext.SetSwitch(Switch, isEnabled: true);

    public void Dispose() => AppContext.SetSwitch(Switch, isEnabled: false);
}
