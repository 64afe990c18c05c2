using Fixtures.Checkouts;
using Fixtures.Engines;
using Images.Inputs;

namespace EndToEnd.Images;

/// <summary>A copy of the repository's build context that a test may change and build.</summary>
public sealed class BuildContext : IDisposable
{
    public BuildContext(string dockerfile)
    {
        Dockerfile = dockerfile;
        foreach (
            var path in ImageInputs
                .Read(Checkout.Repository, dockerfile, new Dictionary<string, string>())
                .Files.Select(file => file.Path)
                .Append(".dockerignore")
                .Append(dockerfile)
        )
        {
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
            File.Copy(Path.Combine(Checkout.Repository, path), PathOf(path));
        }
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("context-").FullName;

    public string Dockerfile { get; }

    public string PathOf(string path) => Path.Combine(Root, path);

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        File.WriteAllText(PathOf(path), text);
    }

    /// <summary>Changes one byte of the trainer.</summary>
    public void ChangeTrainer()
    {
        var file = PathOf("src/training/detection/__init__.py");
        var bytes = File.ReadAllBytes(file);
        Assert.Equal('"', (char)bytes[0]);
        // The first letter of the module's description.
        bytes[3] = (byte)'R';
        File.WriteAllBytes(file, bytes);
    }

    /// <summary>Builds the image, as the build host does.</summary>
    public Task<Command> BuildAsync(Engine engine, string tag, string[] options, params (string Name, string Value)[] variables) =>
        engine.DockerAsync(
            [
                "build",
                "--network",
                "host",
                "--progress",
                "plain",
                "--file",
                PathOf(Dockerfile),
                "--tag",
                tag,
                "--build-arg",
                $"BASE_IMAGE={engine.BaseImage}",
                "--build-arg",
                $"METRIC_NAMES={string.Join(',', MetricNames.Read(Checkout.Repository))}",
                .. options,
                Root,
            ],
            variables
        );

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
