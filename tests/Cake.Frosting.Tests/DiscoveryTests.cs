using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Loader;
using Cake.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Cake.Frosting.Tests;

public class DiscoveryTests
{
    [Fact]
    public void AddAssembly_FindsOnlyTasks_ThatArePublicAndConcrete()
    {
        var assembly = Compile(
            "MoreTasks",
            ("Found", TypeAttributes.Public),
            ("Hidden", TypeAttributes.NotPublic),
            ("Abstract", TypeAttributes.Public | TypeAttributes.Abstract)
        );

        var result = new HostFixture().With(host => host.AddAssembly(assembly).AddAssembly(null!)).Run("--tree");

        Assert.Equal((0, "\nFound\n\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public void AddAssembly_FindsEveryTaskTwice_WhenTheAssemblyIsAddedTwice()
    {
        var assembly = Compile("TwiceAdded", ("Found", TypeAttributes.Public));

        var result = new HostFixture().With(host => host.AddAssembly(assembly).AddAssembly(assembly)).Run("--target=Found");

        Assert.Equal((-1, "Error: Another task with the name 'Found' has already been added.\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public void Run_ResolvesTheContext_WhenATaskNamesItsClass()
    {
        var result = new HostFixture().With<NeedsFrostingContext>().Run("--target=NeedsFrostingContext");

        Assert.Equal((0, string.Empty), (result.ExitCode, result.Error));
    }

    [Fact]
    public void ConfigureServices_ReplacesCakesOwnServices_WhenTheHostRegistersThem()
    {
        var result = new HostFixture()
            .With<SampleTasks.Clean>()
            .With(host => host.ConfigureServices(services => services.AddSingleton<ICakeReportPrinter, SilentPrinter>()))
            .Run("--target=Clean");

        Assert.Equal((0, string.Empty, "Clean"), (result.ExitCode, result.Output, result.Journal));
    }

    [Fact]
    public void UseContext_UsesTheLastOne_WhenThereAreSeveral()
    {
        var result = new HostFixture()
            .With<SampleTasks.NeedsOtherContext>()
            .With(host => host.UseContext<SampleLifetimes.Context>().UseContext<SampleTasks.OtherContext>())
            .Run("--tree");

        Assert.Equal((0, "\nNeedsOtherContext\n\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public void UseStartup_RegistersServices_OfTheStartup()
    {
        Assert.Equal("Clean", new HostFixture().With(host => host.UseStartup<Startup>()).Run("--target=Clean").Journal);
    }

    private static Assembly Compile(string name, params (string Name, TypeAttributes Attributes)[] tasks)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(name), typeof(object).Assembly);
        var module = assembly.DefineDynamicModule(name);
        foreach (var (task, attributes) in tasks)
            module.DefineType(task, attributes, typeof(FrostingTask)).CreateType();

        using var image = new MemoryStream();
        assembly.Save(image);
        image.Position = 0;
        return AssemblyLoadContext.Default.LoadFromStream(image);
    }

    private sealed class NeedsFrostingContext(FrostingContext own) : FrostingTask
    {
        public override void Run(ICakeContext context) => Assert.Same(own, context);
    }

    private sealed class Startup : IFrostingStartup
    {
        public void Configure(IServiceCollection services) => services.AddSingleton<IFrostingTask, SampleTasks.Clean>();
    }

    private sealed class SilentPrinter : ICakeReportPrinter
    {
        public void Write(CakeReport report) { }

        public void WriteStep(string name, Core.Diagnostics.Verbosity verbosity) { }

        public void WriteLifeCycleStep(string name, Core.Diagnostics.Verbosity verbosity) { }

        public void WriteSkippedStep(string name, Core.Diagnostics.Verbosity verbosity) { }
    }
}
