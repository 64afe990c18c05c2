using System.Collections;
using Fixtures.Checkouts;
using Fixtures.Engines;
using WorkspaceEmulator.Processes;

namespace WorkspaceEmulator.Tests;

public class JobProcessTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Start_ReturnsACommandThatATermEnds_HoweverSoonItIsSent()
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            using var process = await JobProcess.StartAsync("exec sleep 600", Path.GetTempPath(), Variables(), Grace);
            Assert.True(process.IsHeld);
            var tree = new ProcessTree("/no/folder");
            tree.Holders.Add(process.Id);

            Assert.NotEmpty(tree.Find());
            await tree.EndAsync(Grace, TimeProvider.System);

            Assert.Equal(128 + 15, await process.Ended);
            await process.ReleaseAsync();
        }
    }

    [Fact]
    public async Task Start_Returns_WhenTheCommandEndsAtOnce()
    {
        using var process = await JobProcess.StartAsync("exit 3", Path.GetTempPath(), Variables(), Grace);

        Assert.Equal(3, await process.Ended);
        await process.ReleaseAsync();
    }

    /// <summary>
    /// The pipe to the emulator has no space for "started", as if the holder were slow, and a command that ran already would stop it for
    /// good.
    /// </summary>
    [Fact]
    public async Task Holder_SaysThatTheCommandStarts_BeforeTheCommandCanStopIt()
    {
        const string Slow = """
            my ($file, @numbers) = @ARGV;
            open(my $program, '<', $file) or die; my $holds = do { local $/; <$program> };
            pipe(my $said, my $says); pipe(my $input, my $keeps);
            syswrite($says, 'x' x (65536 - length "holds\n"));
            my $holder = fork;
            if (!$holder) {
                open(STDIN, '<&', $input); open(STDERR, '>&', $says); open(STDOUT, '>', '/dev/null');
                close $_ for $input, $keeps, $said, $says;
                exec 'perl', '-e', $holds, @numbers, 5, '--', 'sh', '-c', 'kill -STOP $PPID; sleep 60';
            }
            close $says;
            my $stopped = sub { open(my $stat, '<', "/proc/$holder/stat"); <$stat> =~ /\) T/ };
            for (1 .. 100) { last if $stopped->(); select(undef, undef, undef, 0.01); }
            my $heard = '';
            eval { local $SIG{ALRM} = sub { die }; alarm 10; while ($heard !~ /started/) { sysread($said, $heard, 65536, length $heard) or last; } alarm 0; };
            print substr($heard, 65536 - length "holds\n");
            close $keeps;
            until (waitpid($holder, 1)) { kill 'CONT', $holder; select(undef, undef, undef, 0.01); } # it may be stopped late
            """;
        string[] numbers = [.. Subreaper.CallNumbers!.Select(number => $"{number}")];
        var holder = Path.Combine(Checkout.Repository, "src", "WorkspaceEmulator", "Processes", "holder.pl");

        var run = await Command.RunAsync("perl", ["-e", Slow, holder, .. numbers]);

        Assert.Equal("holds\nstarted", run.Everything.Trim());
    }

    /// <summary>A walk through /proc misses a process that starts another one and ends: the next one has a new number.</summary>
    [Fact]
    public async Task Release_EndsAProcess_ThatHandsItselfOn()
    {
        var name = $"hop-{Guid.NewGuid():N}"[..15];
        var script = $"$SIG{{TERM}} = 'IGNORE'; $end = time + 60; while (time < $end) {{ exit 0 if fork; $0 = '{name}'; }}";
        var variables = Variables();
        variables["SCRIPT"] = script;
        using var process = await JobProcess.StartAsync("exec perl -e \"$SCRIPT\"", Path.GetTempPath(), variables, TimeSpan.FromSeconds(1));
        Assert.Equal(0, await process.Ended);
        await TrainerProcesses.UntilAsync(() => IsRunning(name), "it runs");

        await process.ReleaseAsync();

        for (var look = 0; look < 50; look++)
            Assert.False(IsRunning(name), "it runs on");
    }

    private static bool IsRunning(string name) =>
        Directory
            .EnumerateDirectories("/proc")
            .Any(folder =>
            {
                try
                {
                    return File.ReadAllText(Path.Combine(folder, "comm")).Trim() == name;
                }
                catch (IOException)
                {
                    return false; // No process, or one that has ended.
                }
            });

    private static Dictionary<string, string> Variables() =>
        Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .ToDictionary(variable => (string)variable.Key, variable => (string)variable.Value!, StringComparer.Ordinal);
}
