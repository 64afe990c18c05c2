using Cake.Core;

namespace Cake.Frosting.Tests;

internal static class SampleLifetimes
{
    internal sealed class Context(ICakeContext context) : FrostingContext(context);

    internal sealed class Lifetime(Journal journal) : FrostingLifetime<Context>
    {
        public override void Setup(Context context, ISetupContext info) =>
            journal.Add($"Setup for {info.TargetTask.Name} of {info.TasksToExecute.Count}");

        public override void Teardown(Context context, ITeardownContext info) =>
            journal.Add($"Teardown {(info.Successful ? "after success" : $"after {info.ThrownException.Message}")}");
    }

    internal sealed class TaskLifetime(Journal journal) : FrostingTaskLifetime
    {
        public override void Setup(ICakeContext context, ITaskSetupContext info) => journal.Add($"<{info.Task.Name}");

        public override void Teardown(ICakeContext context, ITaskTeardownContext info) =>
            journal.Add($"{info.Task.Name}{(info.Skipped ? " skipped" : info.Successful ? string.Empty : " failed")}>");
    }

    internal sealed class FailingSetup : FrostingSetup
    {
        public override void Setup(ICakeContext context, ISetupContext info) => throw new InvalidOperationException("setup failed");
    }

    internal sealed class TeardownOnly(Journal journal) : FrostingTeardown
    {
        public override void Teardown(ICakeContext context, ITeardownContext info) =>
            journal.Add(info.Successful ? "torn down" : "torn down after failure");
    }

    internal sealed class FailingTeardown : FrostingTeardown
    {
        public override void Teardown(ICakeContext context, ITeardownContext info) =>
            throw new InvalidOperationException("teardown failed");
    }

    internal sealed class TaskSetup(Journal journal) : FrostingTaskSetup
    {
        public override void Setup(ICakeContext context, ITaskSetupContext info) => journal.Add($"before {info.Task.Name}");
    }

    internal sealed class TaskTeardown(Journal journal) : FrostingTaskTeardown
    {
        public override void Teardown(ICakeContext context, ITaskTeardownContext info) => journal.Add($"after {info.Task.Name}");
    }
}
