using Build.CommandLine;
using Build.Testing;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Runs benchmarks.</summary>
[TaskName("Bench")]
[TaskDescription("Runs a benchmark and prints its figures as one JSON object on the last line")]
[BenchArguments]
[TaskExample("--target=Bench --name=start", "time from the command to the host's first line")]
public sealed class BenchTask(Benchmarks benchmarks) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => benchmarks.RunAsync(context);
}
