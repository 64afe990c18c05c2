namespace WorkspaceEmulator.Submission;

/// <summary>Says why a step of a pipeline is refused.</summary>
/// <param name="message">What is wrong, or what is not emulated.</param>
internal sealed class RefusedStepException(string message) : Exception(message)
{
    /// <summary>Gets whether Azure would run the step and only the emulator does not.</summary>
    public bool IsNotEmulated { get; private init; }

    public static RefusedStepException NotEmulated(string what) => new(what) { IsNotEmulated = true };
}
