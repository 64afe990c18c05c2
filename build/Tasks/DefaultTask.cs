using Build.CommandLine;
using Build.Log.Displays;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Lists the targets; runs when the command has no arguments.</summary>
[TaskName("Default")]
[TaskDescription("Lists the targets, their arguments and examples")]
public sealed class DefaultTask(TargetCatalog catalog, IDisplay display) : FrostingTask<BuildContext>
{
    public override void Run(BuildContext context)
    {
        context.Say("Trains object detectors on Azure Machine Learning, or on this machine with the workspace emulator.");
        context.Say("");
        context.Say("Targets (dotnet cake --target=NAME, or ./build.sh --target=NAME, which also installs the tool):");
        foreach (var target in catalog.Targets)
        {
            display.Show(context, new Listing(Indent: 2, [19], [new(target.Name, target.Description) { Tone = Tone.Heading }]));
            display.Show(context, new Listing(Indent: 6, [27], [.. target.Arguments.Select(a => new ListingRow($"{a}", a.Help))]));
        }

        context.Say("");
        context.Say("Examples:");
        var examples = catalog.Targets.SelectMany(target => target.Examples);
        var rows = examples.Select(example => new ListingRow($"dotnet cake {example.Arguments}", example.Description));
        display.Show(context, new Listing(Indent: 2, [78], [.. rows]));
    }
}
