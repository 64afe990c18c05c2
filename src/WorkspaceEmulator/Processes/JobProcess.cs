using System.Diagnostics;
using System.Globalization;

namespace WorkspaceEmulator.Processes;

/// <summary>
/// Represents the process of a job's command, held by another one (<c>holder.pl</c>) that becomes the parent of all orphans of the job.
/// Without Perl, or on an architecture other than x64 and ARM64, nothing holds it.
/// </summary>
internal sealed class JobProcess : IDisposable
{
    // Both streams are one pipe, so that lines are logged in the order in which they were written. $0 is the command.
    private const string Launcher = "exec </dev/null 2>&1; exec /bin/bash -c \"$0\"";

    /// <summary>Longest wait for the holder once all processes of the job have ended.</summary>
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(5);

    private static readonly Lazy<(string Perl, string Script)?> Holder = new(ReadHolder);
    private readonly Process process;
    private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private JobProcess(Process process, bool isHeld)
    {
        (this.process, IsHeld) = (process, isHeld);
        Ended = isHeld ? ReadEndAsync() : WaitAsync();
    }

    /// <summary>Gets whether another process holds all processes of the job.</summary>
    public bool IsHeld { get; }

    /// <summary>Gets the id of the process that was started: the holder, or the command's.</summary>
    public int Id => process.Id;

    /// <summary>Gets what the job's processes write.</summary>
    public Stream Output => process.StandardOutput.BaseStream;

    /// <summary>Gets the exit code of the command; null when the holder was ended from outside.</summary>
    public Task<int?> Ended { get; }

    /// <summary>
    /// Starts a command in a session of its own. When this returns, <see cref="ProcessTree"/> finds the command, and signals reach it.
    /// </summary>
    /// <param name="command">The shell command.</param>
    /// <param name="workingFolder">Folder it starts in.</param>
    /// <param name="variables">Its whole environment.</param>
    /// <param name="grace">Time between TERM and KILL when the emulator is gone.</param>
    public static async Task<JobProcess> StartAsync(
        string command,
        string workingFolder,
        IReadOnlyDictionary<string, string> variables,
        TimeSpan grace
    )
    {
        string[] own = ["/bin/bash", "-c", Launcher, command];
        // Variables that change what Perl does are for the command alone.
        string[] forPerl = [.. variables.Where(pair => IsForPerl(pair.Key)).Select(pair => $"{pair.Key}={pair.Value}")];
        var start = Holder.Value is { } holder
            ? new ProcessStartInfo(
                "setsid",
                [
                    holder.Perl,
                    "-e",
                    holder.Script,
                    .. Subreaper.CallNumbers!.Select(number => number.ToString(CultureInfo.InvariantCulture)),
                    Math.Ceiling(grace.TotalSeconds).ToString(CultureInfo.InvariantCulture),
                    .. forPerl,
                    "--",
                    .. own,
                ]
            )
            : new ProcessStartInfo("setsid", own);
        start.WorkingDirectory = workingFolder;
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = Holder.Value is not null;
        start.Environment.Clear();
        foreach (var (name, value) in variables.Where(pair => Holder.Value is null || !IsForPerl(pair.Key)))
            start.Environment[name] = value;
        var started = new JobProcess(Subreaper.Start(start), Holder.Value is not null);
        if (started.IsHeld)
            await started.begun.Task;
        return started;
    }

    /// <summary>Lets the holder go, which ends what is left of the job, at once.</summary>
    public async Task ReleaseAsync()
    {
        try
        {
            if (IsHeld)
                await process.StandardInput.WriteLineAsync("released");
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The holder has ended.
        }

        using var limit = new CancellationTokenSource(ReleaseLimit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(); // The job stopped it.
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    public void Dispose()
    {
        Subreaper.Forget(process.Id);
        process.Dispose();
    }

    private async Task<int?> ReadEndAsync()
    {
        try
        {
            while (await process.StandardError.ReadLineAsync() is { } line)
            {
                if (line == "started")
                    begun.TrySetResult();
                if (
                    line.StartsWith("ended ", StringComparison.Ordinal)
                    && int.TryParse(line.AsSpan("ended ".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
                )
                {
                    return code;
                }
            }

            return null;
        }
        finally
        {
            begun.TrySetResult(); // Also when the holder ended before the command began.
        }
    }

    private async Task<int?> WaitAsync()
    {
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }

    private static bool IsForPerl(string name) => name.StartsWith("PERL", StringComparison.Ordinal);

    private static (string Perl, string Script)? ReadHolder()
    {
        // By its path: the job may have another PATH.
        var perl = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Select(folder => Path.Combine(folder, "perl"))
            .FirstOrDefault(File.Exists);
        if (Subreaper.CallNumbers is null || perl is null)
            return null;
        using var stream = typeof(JobProcess).Assembly.GetManifestResourceStream("holder.pl")!;
        using var reader = new StreamReader(stream);
        return (perl, reader.ReadToEnd());
    }
}
