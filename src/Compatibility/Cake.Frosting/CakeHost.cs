using System.Reflection;
using Cake.Cli;
using Cake.Common.Modules;
using Cake.Core;
using Cake.Core.Configuration;
using Cake.Core.Diagnostics;
using Cake.Core.Modules;
using Cake.Frosting.Internal;
using Microsoft.Extensions.DependencyInjection;

namespace Cake.Frosting;

/// <summary>Runs a build: finds tasks in assemblies, registers their services, and runs those of the command line.</summary>
/// <example><code>return new CakeHost().UseContext&lt;BuildContext&gt;().Run(args);</code></example>
public sealed class CakeHost
{
    private const int Failed = -1;

    private readonly ServiceCollection services = [];
    private readonly List<Assembly> assemblies = [];

    /// <summary>Creates a host with the tasks of the entry assembly.</summary>
    public CakeHost()
    {
        if (Assembly.GetEntryAssembly() is { } entry)
            assemblies.Add(entry);
    }

    public static CakeHost Create() => new();

    /// <summary>Adds an assembly, whose public task classes become targets.</summary>
    /// <param name="assembly">The assembly. One that is added twice has every task twice, which the run refuses.</param>
    public CakeHost AddAssembly(Assembly assembly)
    {
        assemblies.Add(assembly);
        return this;
    }

    /// <summary>
    /// Adds services, or replaces Cake's own: the last registration wins. Only the arguments of the run cannot be replaced.
    /// </summary>
    public CakeHost ConfigureServices(Action<IServiceCollection> services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services(this.services);
        return this;
    }

    /// <summary>Runs the targets of the command line.</summary>
    /// <param name="args">The command line, without the program.</param>
    /// <returns>0 when every task succeeded, or no task had to run; -1 otherwise (255 in a Unix shell).</returns>
    public int Run(IEnumerable<string> args)
    {
        CommandLine? commandLine = null;
        CommandLineException? fault = null;
        try
        {
            commandLine = CommandLineParser.Parse([.. args]);
        }
        catch (CommandLineException exception)
        {
            fault = exception;
        }

        // Like upstream, the provider and its services are not disposed.
        var provider = BuildProvider(commandLine?.Arguments);
        if (commandLine is null)
        {
            var console = provider.GetRequiredService<IConsole>();
            console.WriteLine();
            console.WriteLine("Error: {0}", fault!.Message);
            return Failed;
        }

        try
        {
            new HostRunner(provider, commandLine).Run();
            return 0;
        }
        catch (Exception exception)
        {
            ExceptionLogger.LogException(provider.GetRequiredService<ICakeLog>(), exception);
            return Failed;
        }
    }

    private ServiceProvider BuildProvider(CakeArguments? arguments)
    {
        var all = new ServiceCollection();
        all.UseModule<CoreModule>().UseModule<CommonModule>();
        all.AddSingleton<IConsole, CakeConsole>()
            .AddSingleton<ICakeLog>(provider => new CakeBuildLog(provider.GetRequiredService<IConsole>()))
            .AddSingleton<ICakeReportPrinter, CakeReportPrinter>()
            .AddSingleton<IExecutionStrategy, DefaultExecutionStrategy>()
            .AddSingleton<IVersionResolver, VersionResolver>()
            .AddSingleton<FrostingContext>()
            .AddSingleton<IFrostingContext>(provider => provider.GetRequiredService<FrostingContext>())
            .AddSingleton<ICakeConfiguration>(ReadConfiguration);
        foreach (var service in services)
            ((ICollection<ServiceDescriptor>)all).Add(service);
        foreach (var task in TaskFinder.FindTasks(assemblies))
            all.AddSingleton(typeof(IFrostingTask), task);
        if (arguments is not null)
            all.AddSingleton<ICakeArguments>(arguments);

        return all.BuildServiceProvider();
    }

    // cake.config of the working directory, then CAKE_* variables. Like upstream, arguments such as --paths_tools=… are not settings.
    private static ICakeConfiguration ReadConfiguration(IServiceProvider provider) =>
        ActivatorUtilities
            .CreateInstance<CakeConfigurationProvider>(provider)
            .CreateConfiguration(
                provider.GetRequiredService<ICakeEnvironment>().WorkingDirectory,
                new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
            );
}
