namespace Build.Log.Displays;

/// <summary>Chooses the display for the console of this process.</summary>
internal static class DisplayChoice
{
    private static readonly string[] PlainVariables = ["NO_COLOR", "CI", "GITHUB_ACTIONS", "TF_BUILD"];

    /// <summary>Returns the terminal's display, or the plain one for redirected output, a pipeline or a terminal without colour.</summary>
    public static IDisplay Create() => IsTerminal() ? CreateTerminal() : new PlainDisplay();

    private static bool IsTerminal() =>
        !Console.IsOutputRedirected
        && Environment.GetEnvironmentVariable("TERM") is not "dumb"
        && Array.TrueForAll(PlainVariables, name => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)));

    // A method of its own: only its call loads the assembly of Spectre.Console.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static TerminalDisplay CreateTerminal() => new();
}
