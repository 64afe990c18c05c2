using static Cake.Frosting.Tests.SampleLifetimes;
using static Cake.Frosting.Tests.SampleTasks;

namespace Cake.Frosting.Tests;

public class OutputTests
{
    private static HostFixture Build() =>
        new HostFixture().With<Clean>().With<SampleTasks.Build>().With<SampleTasks.RunTests>().With<Default>().With<Boom>();

    [Fact]
    public void Run_ShowsTheTreeFromItsRoots_ForTree()
    {
        var result = Build().Run("--tree");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            """

            Default
            └─Build
               └─Clean

            Boom

            Run-Tests
            └─Build
               └─Clean


            """.ReplaceLineEndings("\n"),
            result.Output
        );
        Assert.Equal(string.Empty, result.Journal);
    }

    [Fact]
    public void Run_ShowsEveryTask_ForDescription()
    {
        var result = Build().Run("--description");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            """

            Task                          Description
            ================================================================================
            Clean                         Removes what was built
            Build                         Compiles
            Run-Tests
            Default
            Boom

            """.ReplaceLineEndings("\n"),
            result.Output
        );
        Assert.Equal(string.Empty, result.Journal);
    }

    [Fact]
    public void Run_NamesTheTasksAndRunsOnlyTheLifetime_ForDryRun()
    {
        var result = Build()
            .With(host => host.UseContext<Context>().UseLifetime<Lifetime>().UseTaskLifetime<TaskLifetime>())
            .Run("--dryrun");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            """
            Performing dry run...
            Targets are: Default

            1. Clean
            2. Build
            3. Default

            This was a dry run.
            No tasks were actually executed.

            """.ReplaceLineEndings("\n"),
            result.Output
        );
        Assert.Equal("Setup for Default of 3, Teardown after success", result.Journal);
    }

    [Theory]
    [InlineData("--dryrun", "--tree")]
    [InlineData("--whatif", "--description")]
    [InlineData("--noop")]
    public void Run_PrefersDryRun_WhenSeveralViewsAreRequested(params string[] args)
    {
        Assert.StartsWith("Performing dry run...\n", Build().Run(args).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_PrintsTheReport_WhenTheRunEnds()
    {
        var result = new HostFixture()
            .With<Clean>()
            .With<Skipped>()
            .With<AfterSkipped>()
            .With(host => host.UseTeardown<TeardownOnly>())
            .Run("-t", "Clean", "-t", "AfterSkipped");

        var line = new string('=', 40);
        var thin = new string('-', 40);
        Assert.Equal(
            $"""

            {line}
            Clean
            {line}

            {line}
            AfterSkipped
            {line}

            {thin}
            TearDown
            {thin}

            Task                          Duration            Status
            ----------------------------------------------------------------------
            Clean                         <duration>    Succeeded
            Skipped                       -                   Skipped
            AfterSkipped                  <duration>    Succeeded
            Teardown                      <duration>    Succeeded
            ----------------------------------------------------------------------
            Total:                        <duration>

            """.ReplaceLineEndings("\n"),
            string.Join('\n', result.Output.Split('\n').Select(text => text.TrimEnd()))
        );
    }

    [Theory]
    [InlineData("quiet", false, false)]
    [InlineData("m", false, false)]
    [InlineData("Normal", true, false)]
    [InlineData("v", true, true)]
    [InlineData("DIAGNOSTIC", true, true)]
    public void Run_ShowsLines_ByTheVerbosity(string verbosity, bool headings, bool progress)
    {
        var output = new HostFixture().With<Clean>().Run("--target=Clean", $"--verbosity={verbosity}").Output;

        Assert.Equal(
            (headings, progress),
            (
                output.Contains("====\nClean\n====", StringComparison.Ordinal),
                output.Contains("Executing task: Clean", StringComparison.Ordinal)
            )
        );
    }

    [Fact]
    public void Run_ShowsTheWholeException_WhenATaskThrowsInDiagnostic()
    {
        var error = new HostFixture().With<Boom>().Run("--target=Boom", "--verbosity=diagnostic").Error;

        Assert.Contains("System.InvalidOperationException: boom happened", error, StringComparison.Ordinal);
        Assert.Contains("at Cake.Frosting.Tests.SampleTasks.Boom.Run", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_PrintsUnknown_ForAVersionWithoutDescription()
    {
        var result = new HostFixture().Run("--version");

        Assert.Equal((0, "Unknown\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public void Run_ShowsBannerAndVersion_ForInfo()
    {
        var result = new HostFixture().Run("--info");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("\\____/\\__,_|_|\\_\\___\\_____/\\__,_|_|_|\\__,_|", result.Output, StringComparison.Ordinal);
        Assert.Contains("Version: ", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("-?")]
    public void Run_ShowsEveryOption_ForHelp(string option)
    {
        var result = new HostFixture().Run(option);

        Assert.Equal((0, string.Empty), (result.ExitCode, result.Error));
        Assert.Equal(
            """
            USAGE:
                Cake.Frosting.Tests [OPTIONS]

            OPTIONS:
                -t, --target <TARGET>         Target task to invoke.
                -w, --working <PATH>          Sets the working directory
                -v, --verbosity <VERBOSITY>   Specifies the amount of information to be displayed.
                                              (Quiet, Minimal, Normal, Verbose, Diagnostic)
                    --description             Shows description for each task.
                    --tree                    Shows the task dependency tree.
                    --dryrun                  Performs a dry run.
                -e, --exclusive               Executes the target task without any dependencies.
                    --version                 Displays version information.
                    --info                    Displays additional information about Cake.
                -h, --help                    Prints help information.

            Any other option is an argument of the build; the target Default lists them where the build has one.

            """.ReplaceLineEndings("\n"),
            result.Output
        );
    }
}
