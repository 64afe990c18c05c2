using Build.CommandLine;
using Build.Testing;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Runs the tests of the repository.</summary>
[TaskName("Test")]
[TaskDescription("Builds everything and runs every test")]
[TestArguments]
[TaskExample("--target=Test", "run every test")]
[TaskExample("--target=Test --suite=training", "run only the trainer's tests")]
public sealed class TestTask(TestRun run) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => run.RunAsync(context);
}
