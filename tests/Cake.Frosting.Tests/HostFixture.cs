using System.Text.RegularExpressions;
using Cake.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Cake.Frosting.Tests;

/// <summary>
/// A host in this process whose console and environment are swapped. Its tasks are added by hand: they are not public, so none is found.
/// </summary>
internal sealed partial class HostFixture
{
    private readonly RecordingConsole console = new();
    private readonly Journal journal = new();

    public HostFixture()
    {
        Environment = new FixedEnvironment(AppContext.BaseDirectory);
        Host = new CakeHost().ConfigureServices(services =>
            services.AddSingleton<IConsole>(console).AddSingleton<ICakeEnvironment>(Environment).AddSingleton(journal)
        );
    }

    public CakeHost Host { get; }

    public FixedEnvironment Environment { get; }

    public HostFixture With<TTask>()
        where TTask : class, IFrostingTask
    {
        Host.ConfigureServices(services => services.AddSingleton<IFrostingTask, TTask>());
        return this;
    }

    public HostFixture With(Action<CakeHost> configure)
    {
        configure(Host);
        return this;
    }

    public HostResult Run(params string[] args) =>
        new(Host.Run(args), Durations().Replace(console.Output, "<duration>${rest}"), console.Error, string.Join(", ", journal.Entries));

    [GeneratedRegex(@"\d\d:\d\d:\d\d(?:\.\d{7})?(?<rest> *)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Durations();
}

/// <summary>The result of a run. Durations in the output are replaced. The journal is joined by commas.</summary>
internal sealed record HostResult(int ExitCode, string Output, string Error, string Journal);
