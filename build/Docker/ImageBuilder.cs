using Cake.Core;
using Experiments.Plans;
using Images.Inputs;
using Images.Registry;
using Workspaces.Connection;
using Workspaces.Errors;

namespace Build.Docker;

/// <summary>Builds this project's image, with Docker or in Azure, and says afterwards what made it necessary and what it cost.</summary>
internal sealed class ImageBuilder(BuildContext context, ExperimentPlan plan, RegistrySession session, TimeProvider time)
{
    private static readonly TimeSpan CloudTimeout = TimeSpan.FromHours(2);

    private readonly ImageReference image = plan.Image!;
    private readonly ImageBuildPlan build = plan.ImageBuild!;
    private readonly ImageRegistry registry = session.Open(plan);

    public async Task<BuiltImage> BuildAsync(SourceFacts facts)
    {
        var inputs = context.ReadImage(build);
        if (inputs.Hash != build.InputsHash)
            throw new CakeException(
                "The image's inputs have changed since the plan was made; it must be made anew: dotnet cake --target=Plan"
            );
        var (since, labels, cache) = await FindEarlierAsync(facts);
        var changes = labels is null ? null : ImageLabels.FindChanges(inputs, labels);
        var began = time.GetTimestamp();
        var built = context.Switch("cloud-build")
            ? await BuildInAzureAsync(inputs, facts, cache)
            : await BuildHereAsync(inputs, facts, cache);
        built = built with { Since = changes is null ? null : since, Changes = changes ?? [] };
        Explain(built, time.GetElapsedTime(began));
        return built;
    }

    private async Task<BuiltImage> BuildHereAsync(ImageInputs inputs, SourceFacts facts, IReadOnlyList<string> cache)
    {
        using var docker = await DockerClient.FindAsync(context, registry);
        if (cache.Count > 0)
            await docker.LogInAsync();
        var baseDigest = inputs.BaseDigest ?? (inputs.BaseImage is { } baseImage ? await docker.FindBaseDigestAsync(baseImage) : null);
        var progress = new BuildProgress();
        var id = docker.Build(
            build,
            image.ToString(),
            ImageLabels.For(inputs, facts.Commit, baseDigest, time.GetUtcNow()),
            cache,
            fresh: context.Switch("rebuild"),
            line =>
            {
                progress.Read(line);
                if (line.Length > 0)
                    context.Say($"  | {line}");
            }
        );
        var steps = BuildStep.WithSizes(progress.Steps, await docker.ReadHistoryAsync(image.ToString()));
        return new BuiltImage(image.ToString(), StageChange.Created, Digest: null, id, null, [], steps);
    }

    private async Task<BuiltImage> BuildInAzureAsync(ImageInputs inputs, SourceFacts facts, IReadOnlyList<string> cache)
    {
        if (!RegistryConnection.IsAzure(registry.Host))
            throw new CakeException(
                $"--cloud-build needs a registry in Azure, and REGISTRY is {registry.Host}; leave it out to build with Docker."
            );
        var file = Path.Combine(context.LocalFolder, $"context-{Guid.NewGuid():N}.tar.gz");
        Directory.CreateDirectory(context.LocalFolder);
        await using var archive = new FileStream(
            file,
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.None,
            81920,
            FileOptions.DeleteOnClose
        );
        await ContextArchive.WriteAsync(context.Root, inputs, archive, context.Cancellation);
        archive.Position = 0;
        context.Say($"  context    {archive.Length / 1048576.0:0.0} MiB, to Azure");
        var request = new CloudBuildRequest(
            image.Name,
            build.Tag,
            build.Dockerfile,
            build.Arguments,
            ImageLabels.For(inputs, facts.Commit, inputs.BaseDigest, time.GetUtcNow()),
            context.Switch("rebuild") ? [] : cache,
            CloudTimeout
        );
        var progress = new BuildProgress();
        var digest = await new CloudBuild(session.Credential(plan.Workspace.TenantId), time).BuildAsync(
            plan.Workspace.SubscriptionId,
            registry.Host,
            request,
            archive,
            line =>
            {
                progress.Read(line);
                context.Say($"  | {line}");
            },
            context.Cancellation
        );
        return new BuiltImage(image.ToString(), StageChange.Created, digest, ImageId: null, null, [], progress.Steps);
    }

    /// <summary>The images that came before this one, nearest first: of the pull request or branch, then of main. Without the registry there are none.</summary>
    private async Task<(string? Since, IReadOnlyDictionary<string, string>? Labels, IReadOnlyList<string> References)> FindEarlierAsync(
        SourceFacts facts
    )
    {
        string?[] candidates =
        [
            facts.PullRequest is { } number ? $"{ReadableTags.PullRequestPrefix}{number}" : null,
            facts.Branch is { } branch ? SourceFacts.AsTag(branch) : null,
            SourceFacts.MainBranch,
            "latest",
        ];
        var tags = candidates.OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        string?[] caches = [ReadableTags.CacheOf(facts), ReadableTags.CachePrefix + SourceFacts.MainBranch];
        try
        {
            var digests = await registry.FindDigestsAsync(
                [.. tags, .. caches.OfType<string>().Distinct(StringComparer.Ordinal)],
                context.Cancellation
            );
            var sources = digests
                .Where(pair => pair.Value is not null)
                .DistinctBy(pair => pair.Value, StringComparer.Ordinal)
                .Select(pair => $"{registry.Name}:{pair.Key}")
                .ToList();
            if (
                tags.Find(tag => digests[tag] is not null) is not { } nearest
                || await registry.FindAsync(nearest, context.Cancellation) is not { } manifest
            )
                return (null, null, sources);
            return ($"{registry.Name}:{nearest}", (await registry.DescribeAsync(manifest, context.Cancellation)).Labels, sources);
        }
        catch (WorkspaceException exception)
        {
            context.Warn($"No layers are taken from the registry: {exception.Message}");
            return (null, null, []);
        }
    }

    private void Explain(BuiltImage built, TimeSpan took)
    {
        context.Say($"Image        {built.Reference}: built in {took.TotalSeconds:0.0} s");
        if (built.Since is not null)
            context.Say(
                $"  since      {built.Since}: {(built.Changes.Count == 0 ? "the same inputs" : $"{built.Changes.Count} {(built.Changes.Count == 1 ? "input differs" : "inputs differ")}")}"
            );
        else
            context.Say("  since      nothing to compare with: no earlier image of this branch or of main says what it was made from");
        foreach (var change in built.Changes)
            context.Say($"    {change}");
        foreach (var step in built.Steps)
        {
            var spent =
                step.IsCached ? "cached"
                : step.Seconds is { } seconds ? $"{seconds.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture)} s"
                : "";
            var size = step.Bytes is { } bytes
                ? $"{(bytes / 1e6).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture)} MB"
                : "";
            var instruction = step.Instruction.Length > 70 ? $"{step.Instruction[..70]}…" : step.Instruction;
            context.Say($"  {spent, 9} {size, 12}  [{step.Place}] {instruction}");
        }
    }
}
