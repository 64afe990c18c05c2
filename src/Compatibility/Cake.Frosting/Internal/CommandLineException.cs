namespace Cake.Frosting.Internal;

/// <summary>Reports a command line that is not understood. The message shows the line with carets under the part at fault.</summary>
internal sealed class CommandLineException : Exception
{
    public CommandLineException(string message)
        : base(message) { }

    public CommandLineException(string message, IReadOnlyList<string> args, int argument, int start, int length, string hint)
        : base(Show(message, args, argument, start, length, hint)) { }

    private static string Show(string message, IReadOnlyList<string> args, int argument, int start, int length, string hint)
    {
        var indent = args.Take(argument).Sum(arg => arg.Length + 1) + start;
        return string.Join(
            Environment.NewLine,
            message,
            string.Empty,
            $"       {string.Join(' ', args)}",
            $"       {new string(' ', indent)}{new string('^', Math.Max(1, length))} {hint}",
            string.Empty
        );
    }
}
