namespace Build.Log.Displays;

/// <summary>Reports the progress of one piece of work.</summary>
public interface ITracker
{
    /// <summary>Writes a line to the log.</summary>
    void Say(string line);

    /// <summary>Writes several lines to the log, faster than one by one.</summary>
    void Say(IReadOnlyList<string> lines);

    /// <summary>Updates the progress bar of a terminal; a log gets nothing, because another line says it.</summary>
    /// <param name="fraction">The part that is done, from 0 to 1.</param>
    /// <param name="text">What is done, in a few words.</param>
    void Update(double fraction, string text);

    /// <summary>Updates the progress bar of a terminal; a log gets a line.</summary>
    /// <param name="fraction">The part that is done, from 0 to 1.</param>
    /// <param name="text">What is done, in a few words.</param>
    void Report(double fraction, string text);
}
