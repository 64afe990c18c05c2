namespace Build;

/// <summary>
/// The start by build.sh and build.ps1. They run a built host without checking its sources; the host checks them itself.
/// </summary>
internal static class DirectStart
{
    /// <summary>
    /// The first argument of such a start; its value is the program that builds a stale host, empty where the caller does so itself.
    /// </summary>
    private const string Argument = "--entry=";

    /// <summary>The exit code with which a stale host requests a build from its caller.</summary>
    private const int Stale = 75;

    /// <summary>Removes the argument of a direct start, and hands over when the host is stale.</summary>
    /// <returns>The exit code with which the host must end; null when it may continue.</returns>
    /// <remarks>A stale host deletes the record of its sources, so that the program which builds it does not start it again.</remarks>
    public static int? Take(ref string[] arguments)
    {
        if (arguments is not [var first, .. var others] || !first.StartsWith(Argument, StringComparison.Ordinal))
            return null;
        arguments = others;
        if (HostFiles.AreCurrent())
            return null;
        File.Delete(HostFiles.Record);
        if (first.Length > Argument.Length)
            Successor.Become(first[Argument.Length..], others);
        return Stale;
    }
}
