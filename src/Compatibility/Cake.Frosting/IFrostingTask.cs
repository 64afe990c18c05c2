using Cake.Core;

namespace Cake.Frosting;

/// <summary>A target of the build. Public classes that implement it are found by the host.</summary>
public interface IFrostingTask
{
    /// <summary>Does the work of the task.</summary>
    Task RunAsync(ICakeContext context);

    /// <summary>Returns whether the task may run. False skips a dependency and fails a target.</summary>
    bool ShouldRun(ICakeContext context);

    /// <summary>Gets the reason that is shown when <see cref="ShouldRun"/> is false. An empty one is not shown.</summary>
    string SkippedMessage => string.Empty;

    /// <summary>Handles a failure of the task. Returning, rather than throwing, lets the build continue and succeed.</summary>
    void OnError(Exception exception, ICakeContext context);

    /// <summary>Runs after the task, whether it succeeded or not.</summary>
    void Finally(ICakeContext context);
}
