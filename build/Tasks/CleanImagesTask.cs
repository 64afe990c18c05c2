using System.Globalization;
using Build.Docker;
using Build.Stages;
using Cake.Common;
using Cake.Core;
using Cake.Frosting;
using Experiments.Model;
using Experiments.Planning;
using Experiments.Plans;
using Experiments.Records;
using Images.Registry;
using Workspaces.Connection;
using Workspaces.LocalEmulator;

namespace Build.Tasks;

/// <summary>Lists, and deletes when told so, the tags and images of the registry that nobody needs.</summary>
[TaskName("Clean-Images")]
[TaskDescription("Lists the image tags that nobody needs: closed pull requests, old content; --yes deletes them")]
[TaskArgument("exp-config", "FILE", "whose environment config names the registry; default exp_configs/demo.json")]
[TaskArgument("set", "KEY=VALUE", "overrides one value of it; repeatable")]
[TaskArgument("set-variable", "NAME", "an environment variable with such overrides, one a line")]
[TaskArgument("older-than", "AGE", "age from which unused content goes: 12h, 30d (default), 2w")]
[TaskArgument("open-pull-requests", "N,N", "the open pull requests, or none; without it every pull request's tag stays")]
[TaskArgument("yes", "", "deletes; without it nothing is changed")]
[TaskArgument("credential", "NAME", "how to sign in to Azure; default the first way that is configured, see docs/identity.md")]
[TaskExample("--target=Clean-Images --exp-config=exp_configs/pothole.json", "what could be deleted")]
public sealed class CleanImagesTask(RegistrySession session, SignInSession signIns, TimeProvider time) : AsyncFrostingTask<BuildContext>
{
    private const int AtOnce = 8;

    public override async Task RunAsync(BuildContext context)
    {
        var environment = context.ReadConfiguration().Environment;
        var before = time.GetUtcNow() - Age.Parse("older-than", context.Argument("older-than", "30d"));
        var open = OpenPullRequests(context.Argument<string?>("open-pull-requests", null));
        var registry = session.Open(
            ImageReference.Parse($"{environment.Registry}/{environment.ImageRepository}"),
            environment.AmlTenantId,
            isOwn: true
        );

        var images = await ReadAsync(registry, context.Cancellation);
        var uses = await FindUsesAsync(context, environment, registry);
        var steps = ImageCleaning.Decide(images, open, before, uses);

        context.Say($"Images       {images.Count} in {registry.Name}, {uses.Count} of them known to be in use");
        if (open is null)
            context.Say("  the tags of pull requests stay: --open-pull-requests=N,N (or none) says which are still open");
        foreach (var step in steps)
            context.Say(
                $"  {Verb(step), -12} {step.Image.Digest[..19]}  {string.Join(", ", step.Tags.Count > 0 ? step.Tags : step.Image.Tags)}  ({step.Reason})"
            );
        var going = steps.Where(step => step.Tags.Count > 0).ToList();
        if (going.Count == 0)
            context.Say("  nothing to delete");
        else if (!context.Switch("yes"))
            context.Say("Nothing was deleted; the same command with --yes deletes these.");
        else
            await DeleteAsync(context, registry, going);
    }

    private static string Verb(CleaningStep step) =>
        step.Tags.Count == 0 ? "keep"
        : step.DeletesImage ? "delete image"
        : "delete tag";

    private static async Task DeleteAsync(BuildContext context, ImageRegistry registry, IReadOnlyList<CleaningStep> steps)
    {
        foreach (var step in steps)
        {
            if (step.DeletesImage)
            {
                await registry.DeleteManifestAsync(step.Image.Digest, context.Cancellation);
                continue;
            }

            foreach (var tag in step.Tags)
                await registry.DeleteTagAsync(tag, context.Cancellation);
        }

        context.Say($"Deleted      {steps.Count(step => step.DeletesImage)} images, {steps.Sum(step => step.Tags.Count)} tags");
    }

    private static async Task<IReadOnlyList<StoredImage>> ReadAsync(ImageRegistry registry, CancellationToken cancellationToken)
    {
        var tags = await registry.ListTagsAsync(cancellationToken);
        var digests = await registry.FindDigestsAsync(tags, cancellationToken);
        var groups = digests
            .Where(pair => pair.Value is not null)
            .GroupBy(pair => pair.Value!, pair => pair.Key, StringComparer.Ordinal)
            .ToList();
        var images = new System.Collections.Concurrent.ConcurrentBag<StoredImage>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(groups, options, async (group, token) =>
        {
            var created = await registry.FindAsync(group.Key, token) is { } manifest
                ? (await registry.DescribeAsync(manifest, token)).Created
                : null;
            images.Add(new StoredImage(group.Key, [.. group.Order(StringComparer.Ordinal)], created));
        });
        return [.. images.OrderBy(image => image.Created).ThenBy(image => image.Digest, StringComparer.Ordinal)];
    }

    /// <summary>By digest, what needs an image: jobs that have not ended, and what this checkout's records name. Registered models join here.</summary>
    private async Task<Dictionary<string, string>> FindUsesAsync(
        BuildContext context,
        EnvironmentConfig environment,
        ImageRegistry registry
    )
    {
        var uses = Directory.Exists(context.ArtifactsFolder)
            ? Directory
                .EnumerateFiles(context.ArtifactsFolder, PushedImage.Stage + ".json", SearchOption.AllDirectories)
                .Select(file => (Record: RecordFile.Read<PushedImage>(file, "Remove it, or run Docker-Push again."), File: file))
                .Select(found => new ImageUse(found.Record.Image, Path.GetRelativePath(context.Root, found.File)))
                .ToList()
            : [];
        if (await ConnectAsync(context, Planner.Workspace(environment)) is { } workspace)
            uses.AddRange(await new ImagesInUse(workspace).FindAsync(context.Cancellation));

        var byDigest = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var use in uses)
        {
            var image = ImageReference.Parse(use.Image);
            if (image.Repository != registry.Name)
                continue;
            var digest = image.Digest ?? await registry.FindDigestAsync(image.Tag ?? "latest", context.Cancellation);
            if (digest is not null)
                byDigest.TryAdd(digest, use.By);
        }

        return byDigest;
    }

    // An emulator that does not run has no job that runs.
    private async Task<WorkspaceClient?> ConnectAsync(BuildContext context, WorkspaceAddress address)
    {
        if (address.Endpoint is null)
            return await WorkspaceClient.ConnectAsync(
                WorkspaceConnection.ToAzure(address, signIns.To(address.TenantId)),
                context.Cancellation
            );
        var found = await new EmulatorLauncher(time).FindAsync(WorkspaceSession.EmulatorFolder(context), context.Cancellation);
        return found is null
            ? null
            : await WorkspaceClient.ConnectAsync(
                WorkspaceConnection.ToEmulator(address, found.Emulator),
                context.Cancellation
            );
    }

    private static HashSet<int>? OpenPullRequests(string? text)
    {
        if (text is null)
            return null;
        if (text is "" or "none")
            return [];
        var open = new HashSet<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                throw new CakeException($"--open-pull-requests is \"{text}\"; it must be numbers with commas between them, or none.");
            open.Add(number);
        }

        return open;
    }
}
