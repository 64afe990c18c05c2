using System.Globalization;
using System.Text;
using System.Text.Json;
using Cake.Core;
using Cake.Core.IO;
using Cake.Docker;
using Experiments.Plans.Images;
using Images.Registry;
using Workspaces.Errors;

namespace Images.Docker;

/// <summary>Runs the docker client of this machine for one run, signed in to the registry. No other type runs docker.</summary>
/// <remarks>
/// Commands run through Cake.Docker's aliases. The exceptions have no alias, or their output is read: <c>image inspect</c>, <c>image
/// history</c> and the queries about the client itself. <c>login</c> is another: the alias puts the password on the command line, where
/// every user of the machine can read it.
/// </remarks>
internal sealed class DockerClient(ImageRun run, DockerCommand command, ImageRegistry registry) : IDisposable
{
    private static readonly Dictionary<string, string> NoVariables = new(StringComparer.Ordinal);
    private readonly Lock loginGate = new();
    private DockerRunner? runner;
    private ICakeContext? cake;
    private TemporaryDockerConfig? login;

    /// <summary>Finds a client that can build.</summary>
    /// <exception cref="CakeException">No client can build with BuildKit.</exception>
    public static DockerClient Find(ImageRun run, ImageRegistry registry)
    {
        // Debian's own client has BuildKit built in, and PATH may not name its folder.
        var searchPath = $"{run.Variable("PATH")}{System.IO.Path.PathSeparator}/usr/bin";
        return new(run, FindCommand(run, searchPath), registry);
    }

    /// <summary>Finds a client that can build, in the folders given.</summary>
    /// <exception cref="CakeException">No client can build with BuildKit.</exception>
    internal static DockerCommand FindCommand(ImageRun run, string searchPath) =>
        DockerCommand.Find(searchPath, (path, arguments) =>
            TryRead(run, new DockerRunner(run.Time, () => { }, run.Cancellation), path, arguments, NoVariables)
        );

    // The aliases start docker through this context, so that a cancelled run ends it, after its login is deleted.
    private ICakeContext Cake => cake ??= new DockerContext(run.Cake, Runner);

    private DockerRunner Runner => runner ??= new DockerRunner(run.Time, DeleteLogin, run.Cancellation);

    public void Dispose() => DeleteLogin();

    /// <summary>Signs in to the registry, or signs in again: an Azure registry issues a new token each time.</summary>
    /// <remarks>The password goes through standard input.</remarks>
    /// <exception cref="CakeException">docker or the registry refused the login.</exception>
    /// <exception cref="WorkspaceException">The registry issued no token.</exception>
    public async Task LogInAsync()
    {
        if (await registry.GetLoginAsync(run.Cancellation) is not { } found)
            return;
        lock (loginGate)
            login ??= new TemporaryDockerConfig(run.Variable);
        var settings = CreateSettings(["login", "--username", found.Name, "--password-stdin", registry.Host], run, Variables());
        using var process = Runner.Start(command.Path, settings, Encoding.UTF8.GetBytes(found.Password));
        process.WaitForExit();
        run.Cancellation.ThrowIfCancellationRequested();
        if (process.GetExitCode() == 0)
            return;
        // The client warns that its configuration holds the password unencrypted; the folder is deleted at the end of the run.
        string[] output = [.. process.GetStandardOutput(), .. process.GetStandardError()];
        var reason = string.Join(' ', output.TakeLast(3)).Replace(found.Password, "***", StringComparison.Ordinal);
        throw new CakeException($"docker could not sign in to {registry.Host} as {found.Name}: {reason}");
    }

    /// <summary>Builds the image with BuildKit and takes matching layers from the images given.</summary>
    /// <param name="plan">The Dockerfile and the build arguments.</param>
    /// <param name="reference">The name of the image.</param>
    /// <param name="labels">Labels by name.</param>
    /// <param name="cacheFrom">References of images whose layers may be reused.</param>
    /// <param name="fresh">Whether to build without any cache.</param>
    /// <param name="attests">Whether BuildKit attests provenance and bill of materials: see <see cref="FindAttestationFault"/>.</param>
    /// <param name="onLine">Receives each line that docker prints.</param>
    /// <returns>The engine's ID of the image.</returns>
    /// <exception cref="CakeException">The build failed.</exception>
    public string Build(
        ImageBuildPlan plan,
        string reference,
        IReadOnlyDictionary<string, string> labels,
        IReadOnlyList<string> cacheFrom,
        bool fresh,
        bool attests,
        Action<string> onLine
    )
    {
        var idFile = System.IO.Path.Combine(run.LocalFolder, $"image-{Guid.NewGuid():N}.id");
        Directory.CreateDirectory(run.LocalFolder);
        // The image carries its cache, for registries that store no separate one.
        string[] arguments = [.. Pairs(plan.Arguments), "BUILDKIT_INLINE_CACHE=1"];
        string[] named = [.. Pairs(labels)];
        string[] caches = fresh ? [] : [.. cacheFrom];
        try
        {
            var exitCode = command.HasBuildx
                ? Run(
                    new DockerBuildXBuildSettings
                    {
                        ArgumentCustomization = attests ? Attest : null,
                        BuildArg = arguments,
                        CacheFrom = caches,
                        File = plan.Dockerfile,
                        Iidfile = idFile,
                        Label = named,
                        Load = true,
                        Network = Network,
                        NoCache = fresh,
                        Progress = "plain",
                        Tag = [reference],
                    },
                    onLine,
                    settings => Cake.DockerBuildXBuild(settings, ".")
                )
                : Run(
                    new DockerImageBuildSettings
                    {
                        BuildArg = arguments,
                        CacheFrom = caches,
                        File = plan.Dockerfile,
                        Iidfile = idFile,
                        Label = named,
                        Network = Network,
                        NoCache = fresh ? true : null,
                        Progress = "plain",
                        Tag = [reference],
                    },
                    onLine,
                    settings => Cake.DockerBuild(settings, ".")
                );
            return exitCode == 0
                ? File.ReadAllText(idFile).Trim()
                : throw new CakeException(
                    exitCode,
                    $"The image could not be built (docker exited with code {exitCode}); the reason is above."
                );
        }
        finally
        {
            File.Delete(idFile);
        }
    }

    /// <summary>Returns why a build here makes no attestations, as a clause; null when it makes them.</summary>
    /// <remarks>Only the image store of containerd keeps an index, and with it the attestations, from the build to the push.</remarks>
    public string? FindAttestationFault() =>
        !command.HasBuildx ? $"{command.Path} has no buildx"
        : TryRead("info", "--format", "{{json .DriverStatus}}")?.Contains("io.containerd.snapshotter", StringComparison.Ordinal) != true
            ? "the engine does not store images with containerd"
        : null;

    /// <summary>Pushes an image once.</summary>
    /// <param name="reference">The image.</param>
    /// <param name="onLine">Receives each line that docker prints.</param>
    /// <param name="onError">Receives the lines that docker prints as errors.</param>
    /// <returns>The exit code.</returns>
    public int Push(string reference, Action<string> onLine, Action<string> onError)
    {
        var settings = new DockerImagePushSettings();
        return Run(settings, onLine, () => Cake.DockerPush(settings, reference), onError);
    }

    /// <summary>Gets the ID of an image of this engine; null when the engine has no image of that name.</summary>
    public string? FindId(string reference) => Inspect(reference, "{{.Id}}");

    /// <summary>
    /// Gets the digest of an image in its registry, or else the engine's ID of it; null when the engine does not have the image.
    /// </summary>
    public string? FindBaseDigest(string reference) =>
        Inspect(reference, "{{if .RepoDigests}}{{index .RepoDigests 0}}{{else}}{{.Id}}{{end}}") is { } found
            ? found[(found.IndexOf('@', StringComparison.Ordinal) + 1)..]
            : null;

    /// <summary>Reads instruction and size on disk, in bytes, of each layer that is not empty, lowest first.</summary>
    public IReadOnlyList<(string Instruction, long Bytes)> ReadHistory(string reference)
    {
        var text = TryRead("image", "history", "--no-trunc", "--human=false", "--format", "{{json .}}", reference) ?? "";
        var layers = new List<(string, long)>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = JsonDocument.Parse(line);
            var size = json.RootElement.GetProperty("Size").GetString();
            if (long.TryParse(size, CultureInfo.InvariantCulture, out var bytes) && bytes > 0)
                layers.Add((json.RootElement.GetProperty("CreatedBy").GetString() ?? "", bytes));
        }

        layers.Reverse();
        return layers;
    }

    // A build that takes layers from a registry of this machine must reach its loopback address. Any other stays apart from this machine's
    // services.
    private string? Network => registry.IsLoopback ? "host" : null;

    private string? Inspect(string reference, string format) =>
        TryRead("image", "inspect", "--format", format, reference) is { Length: > 0 } text ? text : null;

    private string? TryRead(params string[] arguments) => TryRead(run, Cake.ProcessRunner, command.Path, arguments, Variables());

    // Cake.Docker has no settings for these options.
    private static ProcessArgumentBuilder Attest(ProcessArgumentBuilder arguments) =>
        arguments.Append("--attest type=provenance,mode=max").Append("--attest type=sbom");

    private void DeleteLogin()
    {
        lock (loginGate)
        {
            login?.Dispose();
            login = null;
        }
    }

    /// <summary>Reads the trimmed standard output of a client; null when it does not start or fails.</summary>
    private static string? TryRead(
        ImageRun run,
        IProcessRunner runner,
        string path,
        string[] arguments,
        Dictionary<string, string> variables
    )
    {
        try
        {
            using var process = runner.Start(path, CreateSettings(arguments, run, variables));
            process.WaitForExit();
            var output = string.Join('\n', process.GetStandardOutput()).Trim();
            run.Cancellation.ThrowIfCancellationRequested();
            return process.GetExitCode() == 0 ? output : null;
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or CakeException)
        {
            // A file that cannot be run is one of the results.
            return null;
        }
    }

    private static ProcessSettings CreateSettings(string[] arguments, ImageRun run, Dictionary<string, string> variables)
    {
        var words = new ProcessArgumentBuilder();
        foreach (var argument in arguments)
            words.AppendQuoted(argument);
        return new ProcessSettings
        {
            Arguments = words,
            WorkingDirectory = run.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            EnvironmentVariables = variables,
            Silent = true,
        };
    }

    private static IEnumerable<string> Pairs(IReadOnlyDictionary<string, string> values) =>
        values.Select(pair => $"{pair.Key}={pair.Value}");

    private int Run<TSettings>(TSettings settings, Action<string> onLine, Action<TSettings> call)
        where TSettings : AutoToolSettings => Run(settings, onLine, () => call(settings));

    private int Run<TSettings>(TSettings settings, Action<string> onLine, Action call, Action<string>? onError = null)
        where TSettings : AutoToolSettings
    {
        var exitCode = 0;
        var gate = new Lock();
        string? Receive(string? line, bool isError)
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
        settings.WorkingDirectory = run.Root;
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
            process.RedirectedStandardOutputHandler = line => Receive(line, isError: false);
            process.RedirectedStandardErrorHandler = line => Receive(line, isError: true);
        };
        call();
        run.Cancellation.ThrowIfCancellationRequested();
        return exitCode;
    }

    private Dictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            // With attestations buildx would make an index, whose digest differs from the image's.
            ["BUILDX_NO_DEFAULT_ATTESTATIONS"] = "1",
            // docker 20.10 builds with BuildKit only with this variable; later versions ignore it.
            ["DOCKER_BUILDKIT"] = "1",
        };
        if (login is not null)
            variables["DOCKER_CONFIG"] = login.Path;
        return variables;
    }
}
