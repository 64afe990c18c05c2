using System.Globalization;
using Cake.Core;
using Experiments.Plans.Images;
using Images.Attestations;
using Images.Docker;
using Images.Inputs;
using Images.Registry;
using Images.Tagging;
using Workspaces.Connection;
using Workspaces.Errors;

namespace Images.Building;

/// <summary>Ensures that this project's image exists: in the registry, or built now with Docker or in Azure.</summary>
/// <param name="run">The run.</param>
/// <param name="image">The image in the plan.</param>
/// <param name="build">Its build in the plan.</param>
/// <param name="registry">The repository of the image.</param>
public sealed class ImageBuilder(ImageRun run, ImageReference image, ImageBuildPlan build, ImageRegistry registry)
{
    private static readonly TimeSpan AzureTimeout = TimeSpan.FromHours(2);

    /// <summary>Builds the image unless the registry has it.</summary>
    /// <param name="options">The options of the build.</param>
    /// <param name="readSource">Reads the source of the image; called only for a build.</param>
    /// <exception cref="CakeException">The inputs differ from the plan, or the build failed.</exception>
    /// <exception cref="WorkspaceException">The build in Azure failed.</exception>
    public async Task<BuiltImage> EnsureAsync(BuildOptions options, Func<Task<BuildSource>> readSource)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(readSource);
        var found = options.Rebuild ? new(null, null) : await FindAsync(options.RequiresProvenance);
        if (found?.Digest is { } digest)
        {
            run.Say($"Image        {image}: unchanged ({digest})");
            return BuiltImage.Found(image.ToString(), digest);
        }

        if (found?.Fault is not null)
            run.Warn($"The registry has another image as {image}, so the image is built and replaces it: {found.Fault}.");
        var built = await BuildAsync(options, await readSource(), registryResponds: found is not null);
        return built with { Replaces = options.Rebuild || found?.Fault is not null };
    }

    // Null without read access to the registry, as pull requests from forks have none. The image is built anyway. The registry is not asked
    // a second time, as an address that does not respond takes a quarter of a minute.
    private async Task<FoundImage?> FindAsync(bool requiresProvenance)
    {
        try
        {
            var expected = ImageLabels.Expected(build, ImageSources.ReadBaseDigest(run.Root, build));
            var found = await new ContentImages(registry, expected).FindAsync(image.Tag!, run.Cancellation);
            return requiresProvenance && found is { Fault: null, Manifest: { } manifest }
                ? found with
                {
                    Fault = await new AttestationCheck(registry).FindFaultAsync(manifest, build.InputsHash, run.Cancellation),
                }
                : found;
        }
        catch (WorkspaceException exception)
        {
            run.Warn(
                $"The image is built, without layers of the registry, because it is unknown what the registry has: {exception.Message}"
            );
            return null;
        }
    }

    private async Task<BuiltImage> BuildAsync(BuildOptions options, BuildSource source, bool registryResponds)
    {
        var inputs = ImageSources.Read(run.Root, build, await run.ReadExecutables());
        if (inputs.Hash != build.InputsHash)
        {
            throw new CakeException(
                "The image's inputs have changed since the plan was made; it must be made again: dotnet cake --target=Plan"
            );
        }

        var earlier = registryResponds ? await EarlierImages.FindAsync(run, registry, source) : EarlierImages.None;
        var changes = earlier.Labels is null ? null : ImageLabels.FindChanges(inputs, earlier.Labels);
        var began = run.Time.GetTimestamp();
        var built = options.Azure is { } azure
            ? await BuildInAzureAsync(azure, inputs, source, options, earlier.References)
            : await BuildHereAsync(inputs, source, options, earlier.References);
        built = built with { Since = changes is null ? null : earlier.Nearest, Changes = changes ?? [] };
        BuildReport.Write(built, run.Time.GetElapsedTime(began), run.Say);
        return built;
    }

    private async Task<BuiltImage> BuildHereAsync(ImageInputs inputs, BuildSource source, BuildOptions options, IReadOnlyList<string> cache)
    {
        using var folder = BuildFolder.Create(run, inputs);
        using var docker = DockerClient.Find(run with { Root = folder.Path }, registry);
        var attestationFault = docker.FindAttestationFault();
        ReportProvenance(options, attestationFault);
        if (cache.Count > 0)
            await docker.LogInAsync();
        var baseDigest = inputs.BaseDigest ?? (inputs.BaseImage is { } baseImage ? docker.FindBaseDigest(baseImage) : null);
        var progress = new BuildProgress();
        var id = docker.Build(
            build,
            image.ToString(),
            ImageLabels.For(inputs, source.Commit, baseDigest, run.Time.GetUtcNow()),
            cache,
            options.Rebuild,
            attestationFault is null,
            line =>
            {
                progress.Read(line);
                if (line.Length > 0)
                    run.Say($"  | {line}");
            }
        );
        var steps = BuildStep.WithSizes(progress.Steps, docker.ReadHistory(image.ToString()));
        return new BuiltImage(image.ToString(), StageChange.Created, Digest: null, id, null, [], steps);
    }

    private void ReportProvenance(BuildOptions options, string? fault)
    {
        if (fault is not null && options.RequiresProvenance)
        {
            throw new CakeException(
                $"REQUIRE_PROVENANCE is true, and {fault}; the image must be built where BuildKit attests: with buildx, on an engine with "
                    + "containerd's image store (\"features\": {\"containerd-snapshotter\": true} in /etc/docker/daemon.json)."
            );
        }

        run.Say($"  provenance {(fault is null ? "SLSA and SPDX, by BuildKit" : $"none: {fault}")}");
    }

    private async Task<BuiltImage> BuildInAzureAsync(
        AzureBuild azure,
        ImageInputs inputs,
        BuildSource source,
        BuildOptions options,
        IReadOnlyList<string> cache
    )
    {
        if (!RegistryConnection.IsAzure(registry.Host))
        {
            throw new CakeException(
                $"--cloud-build needs a registry in Azure, and REGISTRY is {registry.Host}; leave it out to build with Docker."
            );
        }

        ReportProvenance(options, "builds in Azure attest nothing");
        var file = Path.Combine(run.LocalFolder, $"context-{Guid.NewGuid():N}.tar.gz");
        Directory.CreateDirectory(run.LocalFolder);
        await using var archive = new FileStream(
            file,
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.None,
            81920,
            FileOptions.DeleteOnClose
        );
        await ContextArchive.WriteAsync(run.Root, inputs, archive, run.Cancellation);
        archive.Position = 0;
        run.Say($"  context    {(archive.Length / 1048576.0).ToString("0.0", CultureInfo.InvariantCulture)} MiB, to Azure");
        var request = new CloudBuildRequest(
            image.Name,
            image.Tag!,
            build.Dockerfile,
            build.Arguments,
            ImageLabels.For(inputs, source.Commit, inputs.BaseDigest, run.Time.GetUtcNow()),
            options.Rebuild ? [] : cache,
            AzureTimeout
        );
        var progress = new BuildProgress();
        var digest = await new CloudBuild(azure.Credential, run.Time).BuildAsync(
            azure.SubscriptionId,
            registry.Host,
            request,
            archive,
            line =>
            {
                progress.Read(line);
                run.Say($"  | {line}");
            },
            run.Cancellation
        );
        return new BuiltImage(image.ToString(), StageChange.Created, digest, ImageId: null, null, [], progress.Steps);
    }
}
