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

    /// <summary>A host of the tasks in the entry assembly.</summary>
    public CakeHost()
    {
        if (Assembly.GetEntryAssembly() is { } entry)
            assemblies.Add(entry);
    }

    public static CakeHost Create() => new();

    /// <summary>Adds an assembly whose public task classes are targets too.</summary>
    public CakeHost AddAssembly(Assembly assembly)
    {
        assemblies.Add(assembly);
        return this;
    }

    /// <summary>Adds services, or replaces Cake's own: the last registration wins.</summary>
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

        using var provider = BuildProvider(commandLine?.Arguments);
        if (commandLine is null)
        {
            provider.GetRequiredService<IConsole>().WriteLine("Error: {0}", fault!.Message);
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
            .AddSingleton<IFrostingContext, FrostingContext>()
            .AddSingleton<ICakeConfiguration>(ReadConfiguration);
        foreach (var task in TaskFinder.FindTasks(assemblies))
            all.AddSingleton(typeof(IFrostingTask), task);
        if (arguments is not null)
            all.AddSingleton<ICakeArguments>(arguments);

        foreach (var service in services)
            ((ICollection<ServiceDescriptor>)all).Add(service);
        return all.BuildServiceProvider();
    }

    // cake.config of the working directory, then CAKE_* variables, then arguments such as --paths_tools=…
    private static ICakeConfiguration ReadConfiguration(IServiceProvider provider)
    {
        var arguments = provider.GetRequiredService<ICakeArguments>().GetArguments();
        return ActivatorUtilities
            .CreateInstance<CakeConfigurationProvider>(provider)
            .CreateConfiguration(
                provider.GetRequiredService<ICakeEnvironment>().WorkingDirectory,
                arguments.ToDictionary(
                    argument => argument.Key,
                    argument => argument.Value.LastOrDefault() ?? string.Empty,
                    StringComparer.OrdinalIgnoreCase
                )
            );
    }
}
