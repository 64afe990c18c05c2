using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Models;
using Build.Sessions.Models;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Registers the final model of a completed job as a version of a model.</summary>
[TaskName("Register-Model")]
[TaskDescription("Registers the model of a completed job, once, with its passport and metrics as tags")]
[JobArguments]
[RegistrationArguments]
[EmulatorArguments]
[SignInArguments]
[TaskExample("--target=Register-Model", "the model of the last Train")]
[TaskExample("--target=Register-Model --job=demo-f015be81adce --min-metric=eval_AP50=0.6 --only-if-better", "if it is good, and better")]
public sealed class RegisterModelTask(ModelRegistration registration) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => registration.RegisterAsync(context);
}
