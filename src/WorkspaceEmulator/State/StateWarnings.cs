namespace WorkspaceEmulator.State;

/// <summary>Collects what a person should know about the state folder, also before there is a log.</summary>
public sealed class StateWarnings
{
    private const int Most = 1000;
    private readonly Lock gate = new();
    private readonly List<string> messages = [];
    private Action<string>? log;

    /// <summary>Gets the warnings so far, the first thousand.</summary>
    public IReadOnlyList<string> Messages
    {
        get
        {
            lock (gate)
                return [.. messages];
        }
    }

    public void Add(string message)
    {
        lock (gate)
        {
            if (messages.Count < Most)
                messages.Add(message);
            log?.Invoke(message);
        }
    }

    /// <summary>Passes on the collected warnings, and from now on each warning at once.</summary>
    public void LogTo(Action<string> receiver)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        lock (gate)
        {
            messages.ForEach(receiver);
            log = receiver;
        }
    }
}
