namespace Build.Log;

/// <summary>Writes a command of this program to the agent that reads its log.</summary>
internal static class PipelineCommand
{
    private static string token = "";

    /// <summary>Guards the outputs of this process, when they are not a terminal.</summary>
    /// <returns>An action that writes what has no line end yet.</returns>
    public static Action GuardOutputs()
    {
        if (!Console.IsOutputRedirected && !Console.IsErrorRedirected)
            return () => { };
        token = Guid.NewGuid().ToString("N");
        var isPipeline = IsSet("GITHUB_ACTIONS") || IsSet("TF_BUILD");
        var output = new GuardedOutput(Console.Out, token, isPipeline);
        var error = new GuardedOutput(Console.Error, token, isPipeline);
        Console.SetOut(output);
        Console.SetError(error);
        return () =>
        {
            output.Complete();
            error.Complete();
        };
    }

    /// <summary>Writes one command, such as <c>##vso[…]</c>. The caller escapes each foreign value in it.</summary>
    public static void Command(this BuildContext context, string command)
    {
        if (command.AsSpan().ContainsAny('\r', '\n'))
            throw new ArgumentException("A command is one line.", nameof(command));
        context.SayAlways(token + command);
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
