using Build.Tests.Doubles;
using Fixtures;

namespace Build.Tests;

public sealed class ArgumentFaultTests : IDisposable
{
    private readonly HostConsole host = new();

    public void Dispose() => host.Dispose();

    [Fact]
    public void Run_ReportsEveryFaultAtOnce_BeforeAnythingIsChanged()
    {
        var console = host.Run(
            "--target=Train",
            "--set",
            "--wait=maybe",
            "--compute-timeout=abc",
            "--name=Größe",
            "--runtime=x",
            "--read-dataset=no",
            "--build-arg=NAME",
            "--credential=azure",
            "--datastore=demo_data",
            "--older-than=3d",
            "--exp-confg=x.json"
        );

        ExpectedText.Check("faulty-arguments", console);
        Assert.Empty(host.Processes.Started);
        Assert.False(Directory.Exists(Path.Combine(host.Root, "artifacts")));
    }

    [Theory]
    [InlineData("Train", "--set", "--set is given without a value; it must be given as --set=KEY=VALUE.")]
    [InlineData("Train", "--set=x", "--set is \"x\"; it must be KEY=VALUE, such as RUN_PARAMS.STEPS=2000.")]
    [InlineData("Train", "--exp-config", "--exp-config is given without a value; it must be given as --exp-config=FILE.")]
    [InlineData("Train", "--compute-timeout=0", "--compute-timeout is \"0\"; it must be a whole number from 1 to 1440 (minutes).")]
    [InlineData("Train", "--compute-timeout=1441", "--compute-timeout is \"1441\"; it must be a whole number from 1 to 1440 (minutes).")]
    [InlineData("Train", "--rerun=x", "--rerun is \"x\"; it must be true or false.")]
    [InlineData(
        "Clean-Images",
        "--older-than=x",
        "--older-than is \"x\"; it must be a number of hours, days or weeks, such as 12h, 30d or 2w."
    )]
    [InlineData(
        "Clean-Images",
        "--open-pull-requests=1,x",
        "--open-pull-requests is \"1,x\"; it must be numbers with commas between them, or none."
    )]
    [InlineData(
        "Follow",
        "--job=a/b",
        "--job is \"a/b\"; it must be 1 to 255 ASCII letters, digits, '-' or '_', the first a letter or digit."
    )]
    [InlineData("Train", "--datastore=x", "--datastore is \"x\"; it must be given with --target=Register-Datastore, or be left out.")]
    [InlineData(
        "Check-Data",
        "--fail-on=near-duplicates",
        "--fail-on is \"near-duplicates\"; it must be one of near-duplicates-across, near-duplicates-within, same-bytes, class-imbalance, "
            + "classes-alike, small-objects, anchors, objects-per-image, images-without-objects, coinciding-boxes, outlier-boxes, "
            + "outlier-images."
    )]
    [InlineData("Follow", "--wait=true", "--wait is not an argument of this target; it belongs to Launch, Replay, Train.")]
    public void Run_NamesTheArgument_WhenItsValueIsMissingOrWrong(string target, string argument, string fault) =>
        Assert.EndsWith($"Error: {fault}\n", host.Run($"--target={target}", argument), StringComparison.Ordinal);

    [Fact]
    public void Run_RefusesPlanBesideTheArgumentsItReplaces() =>
        Assert.EndsWith(
            "Error: --plan says what is carried out; --exp-config, --set, --rerun must be left out, or --plan.\n",
            host.Run("--target=Train", "--plan=x.json", "--set=EVAL_CONF=0.5", "--exp-config=x", "--rerun"),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("Trian", "Train")]
    [InlineData("docter", "Doctor")]
    [InlineData("RegisterDatastore", "Register-Datastore")]
    public void Run_NamesTheNearestTarget_WhenTheTargetIsUnknown(string name, string nearest)
    {
        var console = host.Run($"--target={name}");

        Assert.Contains($"Error: --target is \"{name}\"; it must be one of Authorize, Bench, Build, ", console, StringComparison.Ordinal);
        Assert.EndsWith($" Did you mean --target={nearest}?\n", console, StringComparison.Ordinal);
    }

    [Fact]
    public void DryRun_ChecksArguments()
    {
        Assert.Contains("--wait is \"x\"", host.Run("--target=Train", "--dryrun", "--wait=x"), StringComparison.Ordinal);
        Assert.StartsWith("exit code 0\n", host.Run("--target=Train", "--dryrun", "--wait=false"), StringComparison.Ordinal);
    }
}
