using Fixtures.Engines;

namespace EndToEnd.Images;

/// <summary>The image of docker/cpu on a bare Debian with few packages.</summary>
public sealed class CpuImage(Engine engine) : IAsyncLifetime
{
    public const string Dockerfile = "docker/cpu/Dockerfile";
    public const string Tag = "model-training-test:cpu";

    /// <summary>
    /// The build argument that leaves PyTorch out, which takes minutes to install, compress and push. Images train at night.
    /// </summary>
    public const string FewPackages = "PACKAGES=python-is-python3 python3 python3-numpy python3-pil";

    public BuildContext Context { get; } = new(Dockerfile);

    public Command Build { get; private set; } = new(-1, "", "");

    public async ValueTask InitializeAsync() =>
        Build = await Context.BuildAsync(engine, Tag, ["--build-arg", FewPackages, "--label", "io.model-training.inputs=0123"]);

    public ValueTask DisposeAsync()
    {
        // The image is kept: without it the engine would treat its layers as build cache and delete them first when space is short.
        Context.Dispose();
        return ValueTask.CompletedTask;
    }
}
