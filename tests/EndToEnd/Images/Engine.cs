using EndToEnd.Images;
using Fixtures.Checkouts;
using Fixtures.Engines;

[assembly: AssemblyFixture(typeof(Engine))]
[assembly: AssemblyFixture(typeof(DemoData))]
// Concurrent builds wait for each other's package folder, and a rebuild depends on the cache of the builds before it.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace EndToEnd.Images;

/// <summary>Provides all tests of this project with one Docker engine and one registry.</summary>
/// <remarks>The registry's content, 2 GB, is kept, so that a later run does not push it again.</remarks>
public sealed class Engine() : DockerEngine("images")
{
    /// <summary>
    /// Repository of the images in this engine's registry, the same for all tests and runs: docker finds existing layers only in the
    /// repository that it pushes to.
    /// </summary>
    public const string Repository = "model-training";

    private static readonly string Storage = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        ".cache",
        "model-training",
        "registry"
    );

    public override ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Folder);
        Directory.CreateDirectory(Storage);
        var link = Path.Combine(Folder, "registry");
        // Deleting the folder deletes the link and not its target.
        if (!Path.Exists(link))
            Directory.CreateSymbolicLink(link, Storage);
        return base.InitializeAsync();
    }

    /// <summary>Creates a checkout whose image was never built, with this engine and a registry.</summary>
    /// <param name="registry">Host and port; null takes this engine's own.</param>
    /// <param name="repository">Repository of the image.</param>
    public Checkout CheckOut(string? registry = null, string repository = Repository)
    {
        Require();
        var checkout = new Checkout(ownSources: true);
        checkout.WriteExperiment(
            ("RUN_PARAMS.STEPS", "3"),
            ("RUN_PARAMS.WARMUP_STEPS", "1"),
            ("RUN_PARAMS.BATCH_SIZE", "2"),
            ("MODEL_PARAMS.IMAGE_SIZE", "64")
        );
        checkout.WriteEnvironment(("REGISTRY", $"\"{registry ?? Registry}\""), ("IMAGE_REPOSITORY", $"\"{repository}\""));
        checkout.Variables["DOCKER_HOST"] = Host;
        File.WriteAllText(Path.Combine(checkout.Root, "src", "training", "detection", "made_for.py"), $"NAME = \"{Guid.NewGuid()}\"\n");
        return checkout;
    }

    /// <summary>Returns the arguments of a target that works with this engine's images.</summary>
    public string[] Arguments(string target, params string[] others) =>
        [$"--target={target}", "--runtime=docker", $"--build-arg=BASE_IMAGE={BaseImage}", .. others];

    /// <summary>
    /// Deletes a tag from the storage of this engine's registry, since the protocol has no such call. The manifest stays.
    /// </summary>
    public static void DeleteTag(string tag) =>
        Directory.Delete(
            Path.Combine(Storage, "docker", "registry", "v2", "repositories", Repository, "_manifests", "tags", tag),
            recursive: true
        );
}
