using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Sessions.Data;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Fetches the weights of a base model into a datastore's folder, or into a folder that becomes a layer of an image.</summary>
[TaskName("Fetch-Base-Model")]
[TaskDescription("Fetches the trained weights of a base model into a datastore's folder")]
[ExperimentArguments]
[BaseModelArguments]
[TaskExample("--target=Fetch-Base-Model --model=fasterrcnn_resnet18_fpn", "weights to start real data from")]
public sealed class FetchBaseModelTask(BaseModelStage stage) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => stage.RunAsync(context);
}
