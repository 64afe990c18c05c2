using static Cake.Frosting.Tests.SampleLifetimes;
using static Cake.Frosting.Tests.SampleTasks;

namespace Cake.Frosting.Tests;

public class FailureTests
{
    [Fact]
    public void Run_FailsAndStops_WhenADependencyThrows()
    {
        var result = new HostFixture().With<Boom>().With<AfterBoom>().Run("--target=AfterBoom");

        Assert.Equal(
            (-1, "An error occurred when executing task 'Boom'.\nError: boom happened\n", string.Empty),
            (result.ExitCode, result.Error, result.Journal)
        );
        Assert.Matches("Boom +<duration> +Failed", result.Output);
    }

    [Fact]
    public void Run_Fails_WhenAnAsynchronousTaskFaults()
    {
        var result = new HostFixture().With<AsyncBoom>().Run("--target=AsyncBoom");

        Assert.Equal((-1, "An error occurred when executing task 'AsyncBoom'.\nError: boom happened\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public void Run_ReturnsMinusOne_WhenATaskRequestsAnotherExitCode()
    {
        Assert.Equal(-1, new HostFixture().With<ExitCodeBoom>().Run("--target=ExitCodeBoom").ExitCode);
    }

    [Fact]
    public void Run_ContinuesAndSucceeds_WhenOnErrorDoesNotThrow()
    {
        var result = new HostFixture().With<HandledBoom>().With<AfterBoom>().Run("--target=AfterBoom");

        Assert.Equal((0, "OnError: boom happened, Finally, AfterBoom"), (result.ExitCode, result.Journal));
        Assert.Matches("Boom +<duration> +Failed", result.Output);
    }

    [Fact]
    public void Run_ContinuesAndSucceeds_WhenTheTaskContinuesOnError()
    {
        var result = new HostFixture().With<IgnoredBoom>().With<AfterBoom>().Run("--target=AfterBoom");

        Assert.Equal((0, "AfterBoom"), (result.ExitCode, result.Journal));
    }

    [Fact]
    public void Run_RunsFinallyThenTaskTeardownThenTeardown_WhenATaskThrows()
    {
        var result = new HostFixture()
            .With<FinallyBoom>()
            .With(host => host.UseContext<Context>().UseLifetime<Lifetime>().UseTaskLifetime<TaskLifetime>())
            .Run("--target=Boom");

        Assert.Equal(
            (-1, "Setup for Boom of 1, <Boom, Finally, Boom failed>, Teardown after boom happened"),
            (result.ExitCode, result.Journal)
        );
    }

    [Fact]
    public void Run_RunsLifetimes_AroundEveryTaskAndTheRun()
    {
        var result = new HostFixture()
            .With<Skipped>()
            .With<AfterSkipped>()
            .With(host => host.UseContext<Context>().UseLifetime<Lifetime>().UseTaskLifetime<TaskLifetime>())
            .Run("--target=AfterSkipped");

        Assert.Equal(
            (
                0,
                "Setup for AfterSkipped of 2, ShouldRun, <Skipped, Skipped skipped>, <AfterSkipped, AfterSkipped, "
                    + "AfterSkipped>, Teardown after success"
            ),
            (result.ExitCode, result.Journal)
        );
    }

    [Fact]
    public void Run_UsesEachHalfAlone_WhenSetupAndTeardownAreSeparate()
    {
        var result = new HostFixture()
            .With<Clean>()
            .With(host => host.UseTeardown<TeardownOnly>().UseTaskSetup<TaskSetup>().UseTaskTeardown<TaskTeardown>())
            .Run("--target=Clean");

        Assert.Equal((0, "before Clean, Clean, after Clean, torn down"), (result.ExitCode, result.Journal));
    }

    [Fact]
    public void Run_RunsOnlyTheTeardown_WhenSetupThrows()
    {
        var result = new HostFixture()
            .With<Clean>()
            .With(host => host.UseSetup<FailingSetup>().UseTeardown<TeardownOnly>())
            .Run("--target=Clean");

        Assert.Equal((-1, "torn down after failure"), (result.ExitCode, result.Journal));
        Assert.Contains("Error: setup failed\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Fails_WhenTeardownThrowsAfterSuccess()
    {
        var result = new HostFixture().With<Clean>().With(host => host.UseTeardown<FailingTeardown>()).Run("--target=Clean");

        Assert.Equal((-1, "Clean"), (result.ExitCode, result.Journal));
        Assert.Contains("Error: teardown failed\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ReportsTheTaskFailureFirst_WhenTeardownThrowsToo()
    {
        var result = new HostFixture().With<Boom>().With(host => host.UseTeardown<FailingTeardown>()).Run("--target=Boom");

        Assert.Equal(-1, result.ExitCode);
        Assert.Contains("Teardown error: System.InvalidOperationException: teardown failed", result.Error, StringComparison.Ordinal);
        Assert.EndsWith("Error: boom happened\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Fails_WhenATaskCannotBeConstructed()
    {
        var result = new HostFixture().With<NeedsService>().Run("--target=NeedsService");

        Assert.Equal(-1, result.ExitCode);
        Assert.Contains("Unable to resolve service for type 'System.Uri'", result.Error, StringComparison.Ordinal);
    }

    internal sealed class NeedsService(Uri address) : FrostingTask
    {
        public override void Run(Core.ICakeContext context) => Assert.NotNull(address);
    }
}
