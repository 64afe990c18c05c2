namespace Build.Log;

/// <summary>Asks on the console of this process.</summary>
internal sealed class ConsoleQuestion : IQuestion
{
    private static bool CanAsk =>
        Environment.UserInteractive
        && !Console.IsInputRedirected
        && Environment.GetEnvironmentVariable("CI") is null
        && Environment.GetEnvironmentVariable("TF_BUILD") is null;

    public bool? Ask(string question)
    {
        if (!CanAsk)
            return null;
        Console.Write($"{question} [Y/n] ");
        return Console.ReadLine() is not { } answer || !answer.Trim().StartsWith("n", StringComparison.OrdinalIgnoreCase);
    }
}
