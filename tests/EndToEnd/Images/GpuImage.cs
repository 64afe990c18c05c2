using System.Globalization;
using Fixtures.Engines;

namespace EndToEnd.Images;

/// <summary>The image of docker/gpu on a bare Debian without packages, built with secrets wherever they could get into the image.</summary>
public sealed class GpuImage(Engine engine) : IAsyncLifetime
{
    public const string Dockerfile = "docker/gpu/Dockerfile";
    public const string Tag = "model-training-test:gpu";

    /// <summary>The labels that the build host adds.</summary>
    public static IReadOnlyDictionary<string, string> Labels { get; } =
        new Dictionary<string, string>
        {
            ["org.opencontainers.image.revision"] = "0123456789abcdef0123456789abcdef01234567",
            ["org.opencontainers.image.created"] = "2026-11-22T12:00:00Z",
            ["org.opencontainers.image.base.digest"] = "sha256:0123",
            ["io.model-training.inputs"] = "4567",
        };

    private readonly string secrets = Directory.CreateTempSubdirectory("secrets-").FullName;

    /// <summary>An empty list of packages, new in each run, so that no later layer comes from the cache of an earlier run.</summary>
    public string Requirements { get; } = "docker/gpu/requirements-" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture) + ".txt";

    /// <summary>Prefix of every secret of this run.</summary>
    public string Secret { get; } = "planted-" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);

    public BuildContext Context { get; } = new(Dockerfile);

    public Command Build { get; private set; } = new(-1, "", "");

    public string[] Options =>
        [
            "--build-arg",
            $"REQUIREMENTS={Requirements}",
            "--secret",
            $"id=pip.conf,src={Path.Combine(secrets, "pip.conf")}",
            .. Labels.SelectMany(label => new[] { "--label", $"{label.Key}={label.Value}" }),
        ];

    public async ValueTask InitializeAsync()
    {
        File.WriteAllText(
            Path.Combine(secrets, "pip.conf"),
            $"[global]\nextra-index-url = https://reader:{Secret}-index@localhost/simple\n"
        );
        Context.Write(Requirements, "# Nothing.\n");
        Context.Write(".env", $"TOKEN={Secret}-file\n");
        Context.Write(".git/config", $"url = https://x:{Secret}-git@localhost/\n");
        Context.Write("artifacts/log", $"{Secret}-artifact\n");
        Context.Write("src/training/.netrc", $"password {Secret}-netrc\n");
        Context.Write("src/training/detection/.token", $"{Secret}-token\n");
        Build = await Context.BuildAsync(engine, Tag, Options, ("AZURE_CLIENT_SECRET", Secret + "-variable"));
    }

    public async ValueTask DisposeAsync()
    {
        await engine.DockerAsync("image", "rm", Tag);
        Context.Dispose();
        Directory.Delete(secrets, recursive: true);
    }
}
