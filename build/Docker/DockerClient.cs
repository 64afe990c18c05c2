using System.Text.Json;
using Build.LocalRuntime;
using Cake.Core;
using Cake.Docker;
using Experiments.Plans;
using Images.Registry;
using Workspaces.Errors;

namespace Build.Docker;

/// <summary>The docker client of this machine, for one run: signed in where the registry wants it, its output read line by line.</summary>
internal sealed class DockerClient(BuildContext context, DockerCommand command, ImageRegistry registry) : IDisposable
{
    private LoginFolder? login;

    /// <summary>Finds a client that can build.</summary>
    /// <exception cref="CakeException">There is none.</exception>
    public static async Task<DockerClient> FindAsync(BuildContext context, ImageRegistry registry) =>
        // Debian's own client builds by itself, and PATH may leave it out.
        new(
            context,
            await DockerCommand.FindAsync(
                $"{System.Environment.GetEnvironmentVariable("PATH")}{System.IO.Path.PathSeparator}/usr/bin",
                context.Root,
                context.Cancellation
            ),
            registry
        );

    public void Dispose() => login?.Dispose();

    /// <summary>Signs in, or in again: an Azure registry gives a new token each time. The password goes through standard input.</summary>
    /// <exception cref="CakeException">docker or the registry refused.</exception>
    /// <exception cref="WorkspaceException">The registry gave no token.</exception>
    public async Task LogInAsync()
    {
        if (await registry.GetLoginAsync(context.Cancellation) is not { } found)
            return;
        login ??= new LoginFolder(System.Environment.GetEnvironmentVariable);
        var settings = new DockerRegistryLoginSettings { Username = found.Name, Password = found.Password };
        var output = new List<string>();
        // The client itself warns that the password lies in its configuration; it does so in a folder that this run removes.
        if (Run(settings, output.Add, () => context.DockerLogin(settings, registry.Host)) != 0)
            throw new CakeException(
                $"docker could not sign in to {registry.Host} as {found.Name}: {string.Join(' ', output.TakeLast(3)).Replace(found.Password, "***", StringComparison.Ordinal)}"
            );
    }

    /// <summary>Builds with BuildKit, layers taken from the images named where they fit.</summary>
    /// <returns>The engine's ID of the image.</returns>
    /// <exception cref="CakeException">The build failed.</exception>
    public string Build(
        ImageBuildPlan plan,
        string reference,
        IReadOnlyDictionary<string, string> labels,
        IReadOnlyList<string> cacheFrom,
        bool fresh,
        Action<string> onLine
    )
    {
        var idFile = System.IO.Path.Combine(context.LocalFolder, $"image-{Guid.NewGuid():N}.id");
        Directory.CreateDirectory(context.LocalFolder);
        // The cache goes along in the image itself, so that a registry without a cache of its own has one.
        string[] arguments = [.. plan.Arguments.Select(pair => $"{pair.Key}={pair.Value}"), "BUILDKIT_INLINE_CACHE=1"];
        string[] named = [.. labels.Select(pair => $"{pair.Key}={pair.Value}")];
        string[]? caches = fresh || cacheFrom.Count == 0 ? null : [.. cacheFrom];
        try
        {
            var exitCode = command.HasBuildx
                ? Run(
                    new DockerBuildXBuildSettings
                    {
                        BuildArg = arguments,
                        CacheFrom = caches,
                        File = plan.Dockerfile,
                        Iidfile = idFile,
                        Label = named,
                        Load = true,
                        Network = "host",
                        NoCache = fresh,
                        Progress = "plain",
                        Tag = [reference],
                    },
                    onLine,
                    settings => context.DockerBuildXBuild(settings, ".")
                )
                : Run(
                    new DockerImageBuildSettings
                    {
                        BuildArg = arguments,
                        CacheFrom = caches,
                        File = plan.Dockerfile,
                        Iidfile = idFile,
                        Label = named,
                        Network = "host",
                        NoCache = fresh ? true : null,
                        Progress = "plain",
                        Tag = [reference],
                    },
                    onLine,
                    settings => context.DockerBuild(settings, ".")
                );
            if (exitCode != 0)
                throw new CakeException(
                    exitCode,
                    $"The image could not be built (docker ended with exit code {exitCode}); the reason is above."
                );
            return File.ReadAllText(idFile).Trim();
        }
        finally
        {
            File.Delete(idFile);
        }
    }

    /// <param name="reference">The image.</param>
    /// <param name="onLine">Takes each line that docker prints.</param>
    /// <param name="onError">Takes those of them that it prints as errors.</param>
    /// <returns>The exit code.</returns>
    public int Push(string reference, Action<string> onLine, Action<string> onError)
    {
        var settings = new DockerImagePushSettings();
        return Run(settings, onLine, () => context.DockerPush(settings, reference), onError);
    }

    /// <summary>The ID of an image of this engine; null when it has none of that name.</summary>
    public async Task<string?> FindIdAsync(string reference) =>
        await Ask("image", "inspect", "--format", "{{.Id}}", reference).TryReadAsync(context.Cancellation) is { Length: > 0 } id
            ? id.Split('\n')[^1]
            : null;

    /// <summary>The digest a base is known by in its registry, else the engine's ID of it; null when the engine does not have it.</summary>
    public async Task<string?> FindBaseDigestAsync(string reference) =>
        await Ask("image", "inspect", "--format", "{{if .RepoDigests}}{{index .RepoDigests 0}}{{else}}{{.Id}}{{end}}", reference)
            .TryReadAsync(context.Cancellation)
            is { Length: > 0 } found
            ? found[(found.IndexOf('@', StringComparison.Ordinal) + 1)..]
            : null;

    /// <summary>Instruction and size of each layer that is not empty, lowest first; sizes are those on disk.</summary>
    public async Task<IReadOnlyList<(string Instruction, long Bytes)>> ReadHistoryAsync(string reference)
    {
        var text = await Ask("image", "history", "--no-trunc", "--human=false", "--format", "{{json .}}", reference)
            .TryReadAsync(context.Cancellation)
            ?? "";
        var layers = new List<(string, long)>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = JsonDocument.Parse(line);
            var size = json.RootElement.GetProperty("Size").GetString();
            if (long.TryParse(size, System.Globalization.CultureInfo.InvariantCulture, out var bytes) && bytes > 0)
                layers.Add((json.RootElement.GetProperty("CreatedBy").GetString() ?? "", bytes));
        }

        layers.Reverse();
        return layers;
    }

    private ChildProcess Ask(params string[] arguments) =>
        new(
            command.Path,
            arguments,
            context.Root,
            Variables().ToDictionary(pair => pair.Key, string? (pair) => pair.Value, StringComparer.Ordinal)
        );

    private int Run<TSettings>(TSettings settings, Action<string> onLine, Action<TSettings> call)
        where TSettings : AutoToolSettings => Run(settings, onLine, () => call(settings));

    private int Run<TSettings>(TSettings settings, Action<string> onLine, Action call, Action<string>? onError = null)
        where TSettings : AutoToolSettings
    {
        var exitCode = 0;
        var gate = new Lock();
        string? Take(string? line, bool isError)
        {
            // Both streams end with a null line.
            if (line is null)
                return null;
            lock (gate)
            {
                onLine(line);
                if (isError)
                    onError?.Invoke(line);
            }

            return line;
        }

        settings.ToolPath = command.Path;
        settings.WorkingDirectory = context.Root;
        foreach (var (name, value) in Variables())
            settings.EnvironmentVariables[name] = value;
        settings.HandleExitCode = code =>
        {
            exitCode = code;
            return true;
        };
        settings.SetupProcessSettings = process =>
        {
            process.RedirectStandardOutput = true;
            process.RedirectStandardError = true;
            process.RedirectedStandardOutputHandler = line => Take(line, isError: false);
            process.RedirectedStandardErrorHandler = line => Take(line, isError: true);
        };
        call();
        context.Cancellation.ThrowIfCancellationRequested();
        return exitCode;
    }

    private Dictionary<string, string> Variables()
    {
        // Attestations would make an index of the image, whose digest is another than the image's.
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["BUILDX_NO_DEFAULT_ATTESTATIONS"] = "1" };
        if (login is not null)
            variables["DOCKER_CONFIG"] = login.Path;
        return variables;
    }
}
