using System.Diagnostics;
using System.Reflection;
using Cake.Cli;
using Cake.Core;
using Cake.Core.Configuration;
using Cake.Core.Diagnostics;
using Cake.Core.IO;
using Cake.Core.Scripting;
using Microsoft.Extensions.DependencyInjection;

namespace Cake.Frosting.Internal;

/// <summary>Carries out one command line against the services of a host.</summary>
internal sealed class HostRunner(IServiceProvider services, CommandLine commandLine)
{
    private readonly IConsole console = services.GetRequiredService<IConsole>();

    public void Run()
    {
        if (commandLine.Help)
            WriteLines(CommandLineOption.Usage(Assembly.GetEntryAssembly()?.GetName().Name ?? "build"));
        else if (commandLine.Version)
            WriteLines([EntryAssemblyComments()]);
        else if (commandLine.Info)
            new InfoFeature(services.GetRequiredService<IVersionResolver>()).Run(console);
        else
            RunTargets();
    }

    private static string EntryAssemblyComments()
    {
        var comments = Assembly.GetEntryAssembly() is { Location: { Length: > 0 } location }
            ? FileVersionInfo.GetVersionInfo(location).Comments
            : null;
        return string.IsNullOrWhiteSpace(comments) ? "Unknown" : comments;
    }

    private void RunTargets()
    {
        services.GetRequiredService<ICakeLog>().Verbosity = commandLine.Verbosity;

        // Comes before any read of the configuration, whose file is in the working directory.
        SetWorkingDirectory();
        ActivatorUtilities.CreateInstance<EngineSetup>(services).Configure();

        var host = CreateScriptHost();
        if (commandLine.Exclusive)
            host.Settings.UseExclusiveTarget();
        host.RunTargetsAsync(commandLine.Targets).GetAwaiter().GetResult();
    }

    private void SetWorkingDirectory()
    {
        var environment = services.GetRequiredService<ICakeEnvironment>();
        var path = (commandLine.Working ?? services.GetService<WorkingDirectory>()?.Path ?? environment.WorkingDirectory).MakeAbsolute(
            environment
        );
        if (!services.GetRequiredService<IFileSystem>().Exist(path))
            throw new FrostingException($"The working directory '{path.FullPath}' does not exist.");

        environment.WorkingDirectory = path;
    }

    private ScriptHost CreateScriptHost()
    {
        var engine = services.GetRequiredService<ICakeEngine>();
        var context = services.GetRequiredService<IFrostingContext>();
        var log = services.GetRequiredService<ICakeLog>();

        if (commandLine.DryRun)
            return new DryRunScriptHost<IFrostingContext>(engine, context, log);
        if (commandLine.Tree)
            return new TreeScriptHost(engine, context, console);
        if (commandLine.Description)
            return new DescriptionScriptHost(engine, context, console);
        return new BuildScriptHost<IFrostingContext>(
            engine,
            services.GetRequiredService<IExecutionStrategy>(),
            context,
            services.GetRequiredService<ICakeReportPrinter>(),
            services.GetRequiredService<ICakeConfiguration>(),
            log
        );
    }

    private void WriteLines(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            console.WriteLine("{0}", line);
    }
}
