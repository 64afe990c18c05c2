using Cake.Core;

namespace Images;

/// <summary>Provides the stages of an image with what they need of a run: folders, log, clock and cancellation.</summary>
/// <param name="Cake">Cake's context, through which docker is run.</param>
/// <param name="Root">Absolute path of the repository, which is the build context.</param>
/// <param name="LocalFolder">Absolute path of the folder for temporary files of this checkout.</param>
/// <param name="Say">Writes a line to the log.</param>
/// <param name="Warn">Writes a warning to the log.</param>
/// <param name="Variable">Reads an environment variable; null when it is not set.</param>
/// <param name="Time">The clock, also for pauses.</param>
/// <param name="Cancellation">Cancelled when the run is to stop.</param>
public sealed record ImageRun(
    ICakeContext Cake,
    string Root,
    string LocalFolder,
    Action<string> Say,
    Action<string> Warn,
    Func<string, string?> Variable,
    TimeProvider Time,
    CancellationToken Cancellation
)
{
    /// <summary>
    /// Reads whether each file is executable, by path, from git's index; null where git does not say. See
    /// <see cref="Inputs.ImageInputs.Read"/>.
    /// </summary>
    public Func<Task<IReadOnlyDictionary<string, bool>?>> ReadExecutables { get; init; } =
        () => Task.FromResult<IReadOnlyDictionary<string, bool>?>(null);
}
