using Cake.Core;
using Cake.Core.Scripting;

namespace Cake.Frosting.Internal;

/// <summary>
/// Lists the tasks with their descriptions. Cake.Cli has one of its own, which breaks lines at the width of the terminal and loads
/// Spectre.Console.
/// </summary>
internal sealed class DescriptionScriptHost(ICakeEngine engine, ICakeContext context, IConsole console) : ScriptHost(engine, context)
{
    private const int NarrowestNameColumn = 29;
    private const int DescriptionColumn = 50;

    public override Task<CakeReport> RunTargetAsync(string target) => RunTargetsAsync([target]);

    public override Task<CakeReport> RunTargetsAsync(IEnumerable<string> targets)
    {
        var width = Tasks.Select(task => task.Name.Length).Append(NarrowestNameColumn).Max() + 1;

        console.WriteLine();
        WriteRow("Task", "Description");
        console.WriteLine("{0}", new string('=', width + DescriptionColumn));
        foreach (var task in Tasks)
            WriteRow(task.Name, task.Description ?? string.Empty);

        return System.Threading.Tasks.Task.FromResult(new CakeReport());

        void WriteRow(string name, string description) => console.WriteLine("{0}", $"{name.PadRight(width)}{description}".TrimEnd());
    }
}
