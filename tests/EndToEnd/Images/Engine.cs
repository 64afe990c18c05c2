using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EndToEnd.Images;
using Fixtures.Checkouts;
using Fixtures.Engines;
using Fixtures.Pipelines;

[assembly: AssemblyFixture(typeof(Engine))]
[assembly: AssemblyFixture(typeof(DemoData))]
[assembly: AssemblyFixture(typeof(PipelineFiles))]
// Concurrent builds wait for each other's package folder, and a rebuild depends on the cache of the builds before it.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace EndToEnd.Images;

/// <summary>Provides all tests of this project with one Docker engine and one registry.</summary>
/// <remarks>The registry's content, half a gigabyte, is kept, so that a later run does not push it again.</remarks>
public sealed partial class Engine() : DockerEngine("images")
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

    /// <summary>The file of the trainer that <see cref="ChangeSource"/> adds.</summary>
    public const string ChangedSource = "src/training/detection/made_for.py";

    /// <summary>Changes the trainer of a checkout, so that its image was never built.</summary>
    public static void ChangeSource(string root) => File.WriteAllText(Path.Combine(root, ChangedSource), $"NAME = \"{Guid.NewGuid()}\"\n");

    /// <summary>Creates a checkout whose image was never built, with this engine and a registry.</summary>
    /// <param name="data">The demo's pictures, which it borrows.</param>
    /// <param name="registry">Host and port; null takes this engine's own.</param>
    /// <param name="repository">Repository of the image.</param>
    public Checkout CheckOut(DemoData data, string? registry = null, string repository = Repository)
    {
        Require();
        var checkout = new Checkout(ownSources: true, wholeTrainer: true);
        checkout.WriteExperiment(
            ("RUN_PARAMS.STEPS", "3"),
            ("RUN_PARAMS.WARMUP_STEPS", "1"),
            ("RUN_PARAMS.BATCH_SIZE", "2"),
            ("MODEL_PARAMS.IMAGE_SIZE", "64"),
            DemoData.FewImages
        );
        checkout.WriteEnvironment(("REGISTRY", $"\"{registry ?? Registry}\""), ("IMAGE_REPOSITORY", $"\"{repository}\""));
        data.Lend(checkout); // adds its datastore to the environment
        checkout.Variables["DOCKER_HOST"] = Host;
        ChangeSource(checkout.Root);
        return checkout;
    }

    /// <summary>Commits to main that the images and jobs of a repository are those of this engine and its registry.</summary>
    public async Task UseAsync(PipelineCheckout checkout)
    {
        Require();
        checkout.Variables["DOCKER_HOST"] = Host;
        await EditAsync("configuration/local_config.json", text =>
        {
            var config = JsonNode.Parse(text)!.AsObject();
            (config["REGISTRY"], config["IMAGE_REPOSITORY"]) = (Registry, Repository);
            return config.ToJsonString();
        });
        await EditAsync("docker/cpu/Dockerfile", text => BaseArgument().Replace(text, $"ARG BASE_IMAGE={BaseImage}"));
        await checkout.CommitToMainAsync("Train in an image of this machine");

        async Task EditAsync(string path, Func<string, string> edit)
        {
            var file = Path.Combine(checkout.Root, path);
            await File.WriteAllTextAsync(file, edit(await File.ReadAllTextAsync(file)));
        }
    }

    /// <summary>Returns the arguments of a target that works with this engine's images, which have no PyTorch.</summary>
    public string[] Arguments(string target, params string[] others) =>
        ArgumentsOfWhole(target, [$"--build-arg={CpuImage.FewPackages}", .. others]);

    /// <summary>Returns those of a target that works with images that can train.</summary>
    public string[] ArgumentsOfWhole(string target, params string[] others) =>
        [$"--target={target}", "--runtime=docker", $"--build-arg=BASE_IMAGE={BaseImage}", .. others];

    /// <summary>
    /// Deletes a tag from the storage of this engine's registry, since the protocol has no such call. The manifest stays.
    /// </summary>
    public static void DeleteTag(string tag) =>
        Directory.Delete(
            Path.Combine(Storage, "docker", "registry", "v2", "repositories", Repository, "_manifests", "tags", tag),
            recursive: true
        );

    [GeneratedRegex("^ARG BASE_IMAGE=.*$", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BaseArgument();
}
