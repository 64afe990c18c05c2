using static Cake.Frosting.Tests.SampleLifetimes;
using static Cake.Frosting.Tests.SampleTasks;

namespace Cake.Frosting.Tests;

public class RunTests
{
    [Fact]
    public void Run_RunsDependenciesBeforeTheTarget_WhenTheTargetHasSome()
    {
        var result = new HostFixture().With<SampleTasks.RunTests>().With<Build>().With<Clean>().Run("--target", "Run-Tests");

        Assert.Equal((0, "Clean, Build, Run-Tests"), (result.ExitCode, result.Journal));
    }

    [Fact]
    public void Run_RunsTheTargetDefault_WhenNoneIsNamed()
    {
        var result = new HostFixture().With<Default>().With<Build>().With<Clean>().Run();

        Assert.Equal((0, "Clean, Build"), (result.ExitCode, result.Journal));
    }

    [Fact]
    public void Run_RunsDependeesAfterDependencies_WhenATaskHasBoth()
    {
        var result = new HostFixture().With<Build>().With<Clean>().With<Generate>().Run("--target=Build");

        Assert.Equal("Clean, Generate, Build", result.Journal);
    }

    [Theory]
    [InlineData("--target=build")]
    [InlineData("--target:BUILD")]
    [InlineData("-t=Build")]
    [InlineData("--Target=Build")]
    public void Run_FindsTheTarget_WhateverItsCaseAndSpelling(string target)
    {
        Assert.Equal("Clean, Build", new HostFixture().With<Build>().With<Clean>().Run(target).Journal);
    }

    [Fact]
    public void Run_RunsTargetsInTheOrderOfTheEngine_WhenThereAreSeveral()
    {
        var result = new HostFixture()
            .With<SampleTasks.RunTests>()
            .With<Build>()
            .With<Clean>()
            .With<AfterSkipped>()
            .With<Skipped>()
            .Run("-t", "AfterSkipped", "-t", "Clean");

        Assert.Equal((0, "Clean, ShouldRun, AfterSkipped"), (result.ExitCode, result.Journal));
    }

    [Fact]
    public void Run_RunsASharedDependencyAsOftenAsTheEngineSays_WhenTargetsShareIt()
    {
        var once = new HostFixture().With<SampleTasks.RunTests>().With<Build>().With<Clean>().Run("-t", "Build", "-t", "Run-Tests");
        var other = new HostFixture().With<SampleTasks.RunTests>().With<Build>().With<Clean>();
        other.Environment.Variables["CAKE_SETTINGS_UNIFIEDDEPENDENCYGRAPHFORMULTIPLETARGETS"] = "false";
        var again = other.Run("-t", "Build", "-t", "Run-Tests");

        Assert.Equal(("Clean, Build, Run-Tests", "Clean, Build, Clean, Build, Run-Tests"), (once.Journal, again.Journal));
    }

    [Fact]
    public void Run_SkipsDependencies_WhenExclusive()
    {
        var result = new HostFixture().With<SampleTasks.RunTests>().With<Build>().With<Clean>().Run("-t", "Run-Tests", "--exclusive");

        Assert.Equal((0, "Run-Tests"), (result.ExitCode, result.Journal));
    }

    [Theory]
    [InlineData("The target 'Nope' was not found.", "--target=Nope")]
    [InlineData("The targets 'Nope', 'Neither' were not found.", "--target=Nope", "--target=Neither")]
    public void Run_FailsBeforeSetup_WhenATargetIsMissing(string message, params string[] args)
    {
        var result = new HostFixture().With<Clean>().With(host => host.UseContext<Context>().UseLifetime<Lifetime>()).Run(args);

        Assert.Equal((-1, $"Error: {message}\n", string.Empty), (result.ExitCode, result.Error, result.Journal));
    }

    [Fact]
    public void Run_FailsBeforeSetup_WhenTheDependencyGraphIsFaulty()
    {
        (string Message, HostFixture Host)[] cases =
        [
            ("Task 'Build' is dependent on task 'Clean' which does not exist.", new HostFixture().With<Build>()),
            (
                "Task 'Generate' has specified that it's a dependency for task 'Build' which does not exist.",
                new HostFixture().With<Generate>()
            ),
            ("Another task with the name 'clean' has already been added.", new HostFixture().With<Clean>().With<SecondClean>()),
            ("The dependency 'String' is not a valid task.", new HostFixture().With<DependsOnNoTask>()),
            ("The reverse dependency 'String' is not a valid task.", new HostFixture().With<DependeeOfNoTask>()),
            ("Reflexive edges in graph are not allowed.", new HostFixture().With<SelfDependent>()),
            (
                "Unidirectional edges in graph are not allowed.\n\"Hen\" and \"Egg\" cannot depend on each other.",
                new HostFixture().With<Egg>().With<Hen>()
            ),
            ("There can only be one error handler per task.", new HostFixture().With<TwiceHandledBoom>()),
        ];

        foreach (var (message, fixture) in cases)
        {
            var target = message.StartsWith("Uni", StringComparison.Ordinal) ? "Egg" : "Build";
            var result = fixture.With(host => host.UseContext<Context>().UseLifetime<Lifetime>()).Run("--target", target);

            Assert.Equal((-1, $"Error: {message}\n", string.Empty), (result.ExitCode, result.Error, result.Journal));
        }
    }

    [Fact]
    public void Run_SkipsATaskWithAWarning_WhenItNeedsAnotherContext()
    {
        var result = new HostFixture().With<NeedsOtherContext>().With<Clean>().Run("--target=Clean");

        Assert.Equal((0, "Clean"), (result.ExitCode, result.Journal));
        Assert.Contains(
            "Task cannot be used since the context isn't convertible to Cake.Frosting.Tests.SampleTasks+OtherContext.",
            result.Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Run_SkipsADependencyAndContinues_WhenItsCriteriaIsFalse()
    {
        var result = new HostFixture().With<Skipped>().With<AfterSkipped>().Run("--target=AfterSkipped");

        Assert.Equal((0, "ShouldRun, AfterSkipped"), (result.ExitCode, result.Journal));
        Assert.Matches("Skipped +- +Skipped", result.Output);
    }

    [Fact]
    public void Run_Fails_WhenTheTargetItselfIsSkipped()
    {
        var result = new HostFixture().With<Skipped>().Run("--target=Skipped");
        var silent = new HostFixture().With<SkippedSilently>().Run("--target=SkippedSilently");

        Assert.Equal(
            (-1, "Error: Could not reach target 'Skipped' since it was skipped due to a criteria: not on this machine.\n"),
            (result.ExitCode, result.Error)
        );
        Assert.Equal(
            (-1, "Error: Could not reach target 'SkippedSilently' since it was skipped due to a criteria.\n"),
            (silent.ExitCode, silent.Error)
        );
    }

    [Fact]
    public void Run_UsesTheWorkingDirectoryOfTheCommandLine_WhenBothAreGiven()
    {
        var folder = Directory.CreateTempSubdirectory("working");
        try
        {
            var path = new Core.IO.DirectoryPath(folder.FullName);
            var named = new HostFixture()
                .With<WritesWorkingDirectory>()
                .With(host => host.UseWorkingDirectory("/absent"))
                .Run("-t", "WritesWorkingDirectory", "--working", folder.FullName);
            var asked = new HostFixture()
                .With<WritesWorkingDirectory>()
                .With(host => host.UseWorkingDirectory(path))
                .Run("-t", "WritesWorkingDirectory");

            Assert.Equal((path.FullPath, path.FullPath), (named.Journal, asked.Journal));
        }
        finally
        {
            folder.Delete();
        }
    }

    [Fact]
    public void Run_Fails_WhenTheWorkingDirectoryDoesNotExist()
    {
        var result = new HostFixture().With<Clean>().Run("--target=Clean", "--working=/absent/folder");

        Assert.Equal(
            (-1, "Error: The working directory '/absent/folder' does not exist.\n", string.Empty),
            (result.ExitCode, result.Error, result.Journal)
        );
    }

    [Fact]
    public void Run_Fails_WhenATaskHasNoBaseClass()
    {
        var result = new HostFixture().With<Bare>().Run("--target=Bare");

        Assert.Equal(
            (-1, "Error: This method expects all IFrostingTask to be instances of FrostingTask or AsyncFrostingTask.\n", string.Empty),
            (result.ExitCode, result.Error, result.Journal)
        );
    }

    [Fact]
    public void Run_FailsAndTearsDown_WhenTheTargetIsInACycleOfThree()
    {
        var result = new HostFixture()
            .With<First>()
            .With<Second>()
            .With<Third>()
            .With(host => host.UseTeardown<TeardownOnly>())
            .Run("--target=First");

        Assert.Equal((-1, "torn down after failure"), (result.ExitCode, result.Journal));
        Assert.StartsWith("Error: Graph contains circular references.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Succeeds_WhenOnlyOtherTasksAreInACycleOfThree() =>
        Assert.Equal("Clean", new HostFixture().With<Clean>().With<First>().With<Second>().With<Third>().Run("--target=Clean").Journal);

    [Fact]
    public void Run_ReadsNoSettings_FromTheArguments()
    {
        var result = new HostFixture()
            .With<SampleTasks.RunTests>()
            .With<Build>()
            .With<Clean>()
            .Run("-t", "Build", "-t", "Run-Tests", "--settings_unifieddependencygraphformultipletargets=false");

        Assert.Equal("Clean, Build, Run-Tests", result.Journal);
    }
}
