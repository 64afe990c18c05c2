using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Infra.Tests;

/// <summary>Runs the Bicep compiler that infra/Bicep.proj restores.</summary>
internal static class Bicep
{
    private static readonly Lazy<Task<string>> Program = new(FindAsync);
    private static readonly Lazy<Task<JsonObject>> Template = new(CompileOnceAsync);

    public static string Folder { get; } = Path.Combine(Repository(), "infra");

    /// <summary>Returns the compiled infra/main.bicep; the compiler must print no message, also none of the linter.</summary>
    public static async Task<JsonObject> CompileAsync() => (JsonObject)(await Template.Value).DeepClone();

    private static async Task<JsonObject> CompileOnceAsync()
    {
        var (output, messages) = await RunAsync("build", "main.bicep", "--stdout");
        Assert.Equal("", messages);
        return (JsonObject)JsonNode.Parse(output)!;
    }

    /// <summary>Runs a command of the compiler in infra/.</summary>
    /// <returns>Its standard output and standard error.</returns>
    public static async Task<(string Output, string Messages)> RunAsync(params string[] arguments)
    {
        var (_, output, messages) = await StartAsync(await Program.Value, Folder, arguments);
        return (output, messages);
    }

    private static async Task<string> FindAsync()
    {
        // Without a target, nothing would be restored.
        string[] query = ["msbuild", "Bicep.proj", "-restore", "-target:GetTargetPath", "-getProperty:BicepCompiler", "-nologo"];
        var restored = await StartAsync("dotnet", Folder, query);
        // Where the compiler is known to be published, a failure is one of this repository.
        Assert.SkipWhen(
            restored.ExitCode != 0 && !IsExpectedHere,
            $"The Bicep compiler for {RuntimeInformation.RuntimeIdentifier} cannot be restored: {restored.Output}"
        );
        Assert.True(restored.ExitCode == 0, restored.Output + restored.Messages);
        var path = restored.Output.Trim();
        Assert.True(File.Exists(path), $"'{path}' does not exist.");
        return path;
    }

    private static bool IsExpectedHere => OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == Architecture.X64;

    private static async Task<(int ExitCode, string Output, string Messages)> StartAsync(string program, string folder, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var messages = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await messages);
    }

    private static string Repository([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(file, "..", "..", ".."));
}
