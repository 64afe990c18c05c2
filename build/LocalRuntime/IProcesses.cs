namespace Build.LocalRuntime;

/// <summary>Runs the programs of this machine: the one door through which the host starts a process.</summary>
public interface IProcesses
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="process">The program.</param>
    /// <param name="onLine">Receives each line of standard output and standard error; null passes both through.</param>
    /// <param name="cancellationToken">Ends the program and its children.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="Cake.Core.CakeException">The program could not be started.</exception>
    Task<int> RunAsync(ChildProcess process, Action<string>? onLine, CancellationToken cancellationToken);
}
