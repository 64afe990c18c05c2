using Build.LocalRuntime;

namespace Build.Sessions.PullRequests;

/// <summary>Runs this host as a process of its own: each experiment has its own plan and arguments.</summary>
internal static class HostProgram
{
    /// <summary>The program that runs the assembly of this host.</summary>
    public static string FileName { get; } =
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";

    /// <summary>Returns the command, whose arguments reach the host as they are and no shell.</summary>
    /// <remarks>The token of the code host is not passed on: no training needs it.</remarks>
    public static ChildProcess Command(BuildContext context, params IEnumerable<string> arguments) =>
        new(
            FileName,
            [typeof(HostProgram).Assembly.Location, .. arguments],
            context.Root,
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["GITHUB_TOKEN"] = null }
        );
}
