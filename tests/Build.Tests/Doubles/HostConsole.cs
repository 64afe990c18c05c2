using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using Build.LocalRuntime;
using Build.Log;
using Build.Log.Displays;
using Build.Sessions;
using Build.Sessions.Provisioning;
using Cake.Core;
using Cake.Frosting.Tests;
using Fixtures;
using Fixtures.Services;
using Microsoft.Extensions.DependencyInjection;

namespace Build.Tests.Doubles;

/// <summary>Runs the whole host in this process, on its own checkout, and returns everything that it writes to the console.</summary>
internal sealed partial class HostConsole : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public HostConsole()
    {
        Environment = new FixedEnvironment(folder.Root);
        Environment.Variables["DOCKER_HOST"] = "unix:///nonexistent/docker.sock";
        foreach (
            var file in new[]
            {
                "exp_configs/demo.json",
                "exp_configs/pothole.json",
                "configuration/local_config.json",
                "configuration/dev_config.json",
            }
        )
        {
            folder.Write(file, File.ReadAllBytes(Path.Combine(Fixtures.Checkouts.Checkout.Repository, file)));
        }
        // The image's inputs are not tested here, and are the same in every checkout.
        folder.Write(".dockerignore", "*\n!src\n");
        folder.Write("docker/cpu/Dockerfile", "FROM scratch\n");
        folder.Write("docker/gpu/Dockerfile", "FROM scratch\n");
        foreach (var source in new[] { "demo_data.py", "drawing.py", "road_pictures.py" })
            folder.Write($"src/training/detection/data/demo/{source}", "pass\n");
        folder.Write(".venv/bin/python", "");
        Processes.On($"{Root}/.venv/bin/python -I", "3.11.2 torch torchvision numpy PIL matplotlib pytest");
        Processes.On(
            $"{Root}/.venv/bin/python -m detection decode-images",
            [
                .. new[] { "train_1.png", "train_2.png", "test_1.png", "test_2.png" }.Select(name =>
                    $$"""{"name": "{{name}}", "width": 64, "height": 48, "orientation": 1, "traits": [], "md5": ""}"""
                ),
            ]
        );
        Processes.On("git rev-parse", "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
        Processes.On("git symbolic-ref", "main");
        Processes.On("git config", "https://example.org/repository.git");
        Processes.On("git status");
    }

    public string Root => folder.Root;

    public FixedEnvironment Environment { get; }

    public FakeProcesses Processes { get; } = new();

    public FakeService Service { get; } = new();

    public FakeQuestion Question { get; } = new();

    public SkippingTime Time { get; } = new();

    public string Write(string path, string text) => folder.Write(path, text);

    /// <summary>Writes a dataset of two images for each split, in the layout of a datastore.</summary>
    public void WriteDataset(string under = ".local/datastores/demo", string row = "1,2,30,40,pothole")
    {
        foreach (var split in new[] { "train", "test" })
        {
            foreach (var name in new[] { $"{split}_1.png", $"{split}_2.png" })
                folder.Write($"{under}/pothole/images/{name}", Png(64, 48));
            folder.Write(
                $"{under}/pothole/datasets/{split}_pothole_240102030405.csv",
                $"filename,xmin,ymin,xmax,ymax,class\n{split}_1.png,{row}\n{split}_2.png,5,6,20,30,pothole\n"
            );
        }
    }

    /// <summary>Runs the host.</summary>
    /// <returns>The exit code, the output and the errors, with paths and durations replaced.</returns>
    public string Run(params string[] arguments)
    {
        var console = new RecordingConsole();
        var output = new FinalOutput();
        var exitCode = BuildHost
            .Create(output)
            .AddAssembly(typeof(BuildHost).Assembly)
            .ConfigureServices(services =>
                services
                    .AddSingleton<IConsole>(console)
                    .AddSingleton<ICakeEnvironment>(Environment)
                    .AddSingleton<TimeProvider>(Time)
                    .AddSingleton<IDisplay, PlainDisplay>()
                    .AddSingleton<IQuestion>(Question)
                    .AddSingleton<IProcesses>(Processes)
                    .AddSingleton<IWorkspaceConnector>(new FakeConnector(Service))
                    .AddSingleton<ISubscriptionConnector>(new FakeSubscriptionConnector(Service, Time))
            )
            .Run(arguments);
        var text = new StringBuilder()
            .Append("exit code ")
            .Append(exitCode)
            .Append('\n')
            .Append(console.All)
            .Replace(PythonRuntime.Remedy, "<remedy>");
        if (output.Text is not null)
            text.Append("--- last line ---\n").Append(output.Text).Append('\n');
        var shown = Hashes().Replace(text.ToString().Replace(Root, "<root>", StringComparison.Ordinal), "<hash>");
        return TrailingSpaces().Replace(Durations().Replace(shown, "<duration>      "), "");
    }

    public void Dispose() => folder.Dispose();

    // The signature and the header with the size: a check of boxes reads no more.
    private static byte[] Png(int width, int height)
    {
        byte[] bytes = [0x89, .. "PNG\r\n"u8, 0x1a, .. "\n"u8, 0, 0, 0, 13, .. "IHDR"u8, .. new byte[8], 8, 2, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), height);
        return bytes;
    }

    // Hashes of content change with every input. Other tests check the hashes.
    [GeneratedRegex(@"\b([0-9a-f]{64}|(?<=sha-)[0-9a-f]{20}|(?<=demo-|versions/|"")[0-9a-f]{12})\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Hashes();

    [GeneratedRegex(@"\d\d:\d\d:\d\d\.\d{7}", RegexOptions.None, 1000)]
    private static partial Regex Durations();

    [GeneratedRegex(@" +$", RegexOptions.Multiline, 1000)]
    private static partial Regex TrailingSpaces();
}
