using System.Collections.Concurrent;
using System.Text;
using Docker.DotNet.Models;
using WorkspaceEmulator.Assets;
using WorkspaceEmulator.Engines;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.References;
using WorkspaceEmulator.Runs;

namespace WorkspaceEmulator.Containers.Images;

/// <summary>Builds the image of a job's environment by the Docker engine, unless an image of the same context is there.</summary>
/// <param name="engine">The engine.</param>
/// <param name="credentials">Signs in to the registries of base images.</param>
/// <param name="network">The engine's name of the network of the build; null for its own choice.</param>
internal sealed class ImageBuild(DockerEngine engine, RegistryCredentials credentials, string? network)
{
    /// <summary>Labels an image with what it was built from.</summary>
    public const string ContextLabel = "io.model-training.context";

    private const string Repository = "azureml/azureml_";
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Locks = new(StringComparer.Ordinal);
    private readonly EngineImages images = new(engine);

    /// <summary>Returns the image of an environment.</summary>
    /// <param name="job">The job, whose log <see cref="RunArtifacts.BuildLog"/> receives what the build writes.</param>
    /// <param name="environment">What the environment needs built.</param>
    /// <param name="cancellationToken">Cancels the build.</param>
    /// <exception cref="ImageException">It cannot be built.</exception>
    /// <exception cref="EngineException">The engine does not answer.</exception>
    public async Task<ImageReference> EnsureAsync(JobAttempt job, EnvironmentBuild environment, CancellationToken cancellationToken)
    {
        var archive = $"{RunArtifacts.Incoming}/{Guid.NewGuid():N}.tar";
        try
        {
            await WriteAsync(job, environment, archive, cancellationToken);
            using var context = new FileSnapshot(job.Run.Files.OpenRead(archive)!);
            var hash = await BuildContext.HashAsync(context, environment.Dockerfile, cancellationToken);
            var image = ImageReference.Parse($"{Repository}{hash}");
            // Of two jobs with one context, the second uses the image of the first.
            var mutex = Locks.GetOrAdd($"{engine.Host} {hash}", _ => new SemaphoreSlim(1));
            await mutex.WaitAsync(cancellationToken);
            try
            {
                if (await images.FindAsync(image.ToString(), cancellationToken) is not null)
                {
                    job.Run.LogSystem($"Image {image} was built from the same context before and is not built again.");
                    return image;
                }

                context.Position = 0;
                await BuildAsync(job, environment, image, hash, context, cancellationToken);
                return image;
            }
            finally
            {
                mutex.Release();
            }
        }
        finally
        {
            job.Run.Files.Delete(archive);
        }
    }

    private static async Task WriteAsync(JobAttempt job, EnvironmentBuild environment, string archive, CancellationToken cancellationToken)
    {
        await using var file = new BufferedStream(job.Run.Files.CreateFile(archive));
        using var context = new BuildContext(file);
        foreach (var (path, text) in environment.Files)
            context.AddText(path, text);
        if (environment.ContextAddress is not { } address)
            return;
        var (place, unknown, _) = AssetPlaces.Locate(job.Workspace, address, null);
        var (folder, fault) = place is null ? (null, unknown) : await PlaceFiles.FetchAsync(place, job.Workspace, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (folder is null)
            throw new ImageException($"The build context of environment '{job.Definition.Environment}' cannot be read: {fault}");
        var (root, inside) = PlaceFiles.Confine(folder, job.Workspace);
        if (!context.AddFolder(root, inside))
        {
            throw new ImageException(
                $"The build context of environment '{job.Definition.Environment}' is {address}, where there are no files. Upload the "
                    + "context, register a new version of the environment, and submit the job again."
            );
        }
    }

    private async Task BuildAsync(
        JobAttempt job,
        EnvironmentBuild environment,
        ImageReference image,
        string hash,
        Stream context,
        CancellationToken cancellationToken
    )
    {
        var run = job.Run;
        run.LogSystem($"Building image {image} of environment '{job.Definition.Environment}'. The log is {RunArtifacts.BuildLog}.");
        await using var log = run.Files.OpenAppend(RunArtifacts.BuildLog);
        var wanted = new ImageBuildParameters
        {
            Dockerfile = environment.Dockerfile,
            Tags = [image.ToString()],
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [ContextLabel] = hash },
            Remove = true,
            ForceRemove = true,
            NetworkMode = network,
        };
        try
        {
            await images.BuildAsync(
                wanted,
                context,
                credentials.FindAll(),
                text => log.Write(Encoding.UTF8.GetBytes(text)),
                cancellationToken
            );
        }
        // Null: the engine does not answer, so the context is not to blame.
        catch (EngineException error) when (error.Status is not null)
        {
            log.Write(Encoding.UTF8.GetBytes($"{error.Reason}\n"));
            throw new ImageException(
                $"The image of environment '{job.Definition.Environment}' could not be built: {error.Reason.Trim()}. The log "
                    + $"{RunArtifacts.BuildLog} says more. Correct the {(environment.ContextAddress is null ? "conda file" : "context")}, "
                    + "register a new version of the environment, and submit the job again.",
                error
            );
        }

        run.LogSystem($"Image {image} was built.");
    }
}
