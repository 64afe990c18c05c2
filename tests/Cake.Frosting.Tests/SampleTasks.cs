using Cake.Common;
using Cake.Core;

namespace Cake.Frosting.Tests;

/// <summary>The tasks that the tests put together. Each writes its name to the journal when it runs.</summary>
internal static class SampleTasks
{
    [TaskDescription("Removes what was built")]
    internal sealed class Clean(Journal journal) : FrostingTask
    {
        public override void Run(ICakeContext context) => journal.Add("Clean");
    }

    [TaskDescription("Compiles")]
    [IsDependentOn(typeof(Clean))]
    internal sealed class Build(Journal journal) : AsyncFrostingTask<IFrostingContext>
    {
        public override async Task RunAsync(IFrostingContext context)
        {
            await Task.Yield();
            journal.Add("Build");
        }
    }

    [TaskName("Run-Tests")]
    [IsDependentOn(typeof(Build))]
    internal sealed class RunTests(Journal journal) : FrostingTask
    {
        public override void Run(ICakeContext context) => journal.Add("Run-Tests");
    }

    [IsDependentOn(typeof(Build))]
    internal sealed class Default : FrostingTask;

    [IsDependeeOf(typeof(Build))]
    internal sealed class Generate(Journal journal) : FrostingTask
    {
        public override void Run(ICakeContext context) => journal.Add("Generate");
    }

    internal sealed class Arguments(Journal journal) : FrostingTask
    {
        public override void Run(ICakeContext context)
        {
            foreach (
                var (name, values) in context
                    .Arguments.GetArguments()
                    .Where(argument => argument.Key != "target")
                    .OrderBy(argument => argument.Key, StringComparer.Ordinal)
            )
            {
                journal.Add($"{name}={string.Join('|', values.Select(value => value ?? "<none>"))}");
            }
        }
    }

    internal sealed class TypedArgument(Journal journal) : FrostingTask
    {
        public override void Run(ICakeContext context) => journal.Add(context.Argument<int>("count").ToString());
    }

    internal sealed class WritesWorkingDirectory(Journal journal) : FrostingTask
    {
        public override void Run(ICakeContext context) => journal.Add(context.Environment.WorkingDirectory.FullPath);
    }

    internal class Boom : FrostingTask
    {
        public override void Run(ICakeContext context) => throw new InvalidOperationException("boom happened");
    }

    internal sealed class AsyncBoom : AsyncFrostingTask
    {
        public override async Task RunAsync(ICakeContext context)
        {
            await Task.Yield();
            throw new InvalidOperationException("boom happened");
        }
    }

    [IsDependentOn(typeof(Boom))]
    internal sealed class AfterBoom(Journal journal) : FrostingTask
    {
        public override void Run(ICakeContext context) => journal.Add("AfterBoom");
    }

    [TaskName("Boom")]
    internal sealed class HandledBoom(Journal journal) : Boom
    {
        public override void OnError(Exception exception, ICakeContext context) => journal.Add($"OnError: {exception.Message}");

        public override void Finally(ICakeContext context) => journal.Add("Finally");
    }

    [TaskName("Boom")]
    internal sealed class FinallyBoom(Journal journal) : Boom
    {
        public override void Finally(ICakeContext context) => journal.Add("Finally");
    }

    [TaskName("Boom")]
    [ContinueOnError]
    internal sealed class IgnoredBoom : Boom;

    [TaskName("Boom")]
    [ContinueOnError]
    internal sealed class TwiceHandledBoom : Boom
    {
        public override void OnError(Exception exception, ICakeContext context) { }
    }

    internal sealed class ExitCodeBoom : FrostingTask
    {
        public override void Run(ICakeContext context) => throw new CakeException(7, "exit code requested");
    }

    internal sealed class Skipped(Journal journal) : FrostingTask, IFrostingTask
    {
        public string SkippedMessage => "not on this machine";

        public override bool ShouldRun(ICakeContext context)
        {
            journal.Add("ShouldRun");
            return false;
        }

        public override void Run(ICakeContext context) => journal.Add("Skipped");
    }

    internal sealed class SkippedSilently : FrostingTask
    {
        public override bool ShouldRun(ICakeContext context) => false;
    }

    [IsDependentOn(typeof(Skipped))]
    internal sealed class AfterSkipped(Journal journal) : FrostingTask
    {
        public override void Run(ICakeContext context) => journal.Add("AfterSkipped");
    }

    [IsDependentOn(typeof(SelfDependent))]
    internal sealed class SelfDependent : FrostingTask;

    [IsDependentOn(typeof(Hen))]
    internal sealed class Egg : FrostingTask;

    [IsDependentOn(typeof(Egg))]
    internal sealed class Hen : FrostingTask;

    [IsDependentOn(typeof(Second))]
    internal sealed class First : FrostingTask;

    [IsDependentOn(typeof(Third))]
    internal sealed class Second : FrostingTask;

    [IsDependentOn(typeof(First))]
    internal sealed class Third : FrostingTask;

    [IsDependentOn(typeof(string))]
    internal sealed class DependsOnNoTask : FrostingTask;

    [IsDependeeOf(typeof(string))]
    internal sealed class DependeeOfNoTask : FrostingTask;

    [TaskName("clean")]
    internal sealed class SecondClean : FrostingTask;

    internal sealed class OtherContext(ICakeContext context) : FrostingContext(context);

    internal sealed class NeedsOtherContext : FrostingTask<OtherContext>;

    /// <summary>A task that has no base class.</summary>
    internal sealed class Bare(Journal journal) : IFrostingTask
    {
        public Task RunAsync(ICakeContext context)
        {
            journal.Add("Bare");
            return Task.CompletedTask;
        }

        public bool ShouldRun(ICakeContext context) => true;

        public void OnError(Exception exception, ICakeContext context) => journal.Add("Bare.OnError");

        public void Finally(ICakeContext context) => journal.Add("Bare.Finally");
    }
}
