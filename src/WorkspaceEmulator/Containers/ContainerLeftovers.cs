using WorkspaceEmulator.Engines;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Containers;

/// <summary>
/// Removes containers of an earlier emulator on this folder that ended unexpectedly. A file names the engines that hold them, so that they
/// are found even when the next emulator runs jobs as processes.
/// </summary>
internal sealed class ContainerLeftovers(StateFolder folder, ExecutionSettings settings, ILogger<ContainerLeftovers> logger) : IJobLeftovers
{
    private readonly Lock gate = new();

    /// <summary>Records an engine; called before a container is created.</summary>
    public void Remember(string dockerHost)
    {
        lock (gate)
        {
            var known = Known();
            if (!known.Contains(dockerHost, StringComparer.Ordinal))
                StateFile.Write(folder.ContainerEngines, string.Join('\n', [.. known, dockerHost]));
        }
    }

    /// <summary>Stops and removes the containers. An engine that does not respond is retried at the next start.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        var silent = new List<string>();
        foreach (var host in Known())
        {
            using var engine = new DockerEngine(host);
            try
            {
                var left = await engine.ListAsync(
                    ContainerSpecification.StateLabel,
                    folder.Root,
                    ContainerSpecification.JobLabel,
                    cancellationToken
                );
                await Task.WhenAll(left.Select(container => RemoveAsync(engine, container.Id, container.Label)));
                foreach (var network in await engine.ListNetworksAsync(ContainerSpecification.StateLabel, folder.Root, cancellationToken))
                {
                    await engine.RemoveNetworkAsync(network);
                }
            }
            catch (EngineException error)
            {
                silent.Add(host);
                logger.LogWarning("Containers of an earlier emulator may remain: {Reason}", error.Message);
            }
        }

        if (silent.Count > 0)
            StateFile.Write(folder.ContainerEngines, string.Join('\n', silent));
        else
            File.Delete(folder.ContainerEngines);
    }

    private string[] Known()
    {
        if (!File.Exists(folder.ContainerEngines))
            return [];
        var lines = File.ReadAllLines(folder.ContainerEngines);
        string[] engines =
        [
            .. lines.Where(line => line.StartsWith("unix:///", StringComparison.Ordinal) && Uri.TryCreate(line, UriKind.Absolute, out _)),
        ];
        if (engines.Length == lines.Length)
            return engines;
        folder.SetAside(
            folder.ContainerEngines,
            "it names engines that are none",
            "Containers of jobs may remain; `docker ps --filter label=io.model-training.state` lists them."
        );
        return engines;
    }

    private async Task RemoveAsync(DockerEngine engine, string container, string? job)
    {
        logger.LogWarning("Removing container {Container}, which an earlier emulator left of job '{Job}'.", container[..12], job);
        await engine.StopAsync(container, settings.TerminationGrace);
        await engine.RemoveAsync(container);
    }
}
