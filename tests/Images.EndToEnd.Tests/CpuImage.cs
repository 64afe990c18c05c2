namespace Images.EndToEnd.Tests;

/// <summary>
/// The image of docker/cpu on a bare Debian. Its packages are a gigabyte: built once, they come from the engine's cache in later runs.
/// </summary>
public sealed class CpuImage(Engine engine) : IAsyncLifetime
{
    public const string Dockerfile = "docker/cpu/Dockerfile";
    public const string Tag = "model-training-test:cpu";

    public BuildContext Context { get; } = new(Dockerfile);

    public Command Build { get; private set; } = new(-1, "", "");

    public async ValueTask InitializeAsync() => Build = await Context.BuildAsync(engine, Tag, ["--label", "io.model-training.inputs=0123"]);

    public ValueTask DisposeAsync()
    {
        // The image stays: without it the engine would count its layers as mere cache, the first to go when room is short.
        Context.Dispose();
        return ValueTask.CompletedTask;
    }
}
