using Build.LocalRuntime;

namespace Build.Testing;

/// <summary>The programs and libraries that test suites start, as packages of Debian.</summary>
/// <remarks>They are installed before any suite that needs them starts, so that no two suites wait for the lock of apt.</remarks>
public sealed class TestPrograms(DebianPackages packages, IProcesses processes)
{
    private const string PythonModules = "/usr/lib/python3/dist-packages";

    private static readonly (string File, string Package, bool IsForUnit)[] Programs =
    [
        ("/usr/bin/docker-registry", "docker-registry", true),
        ("/usr/bin/chromium-headless-shell", "chromium-headless-shell", false),
        .. ModulesOfClients.Select(name => (Path.Combine(PythonModules, name), $"python3-{name}", false)),
    ];

    // What Microsoft's Python clients import.
    private static IReadOnlyList<string> ModulesOfClients =>
        [
            "aiohttp",
            "colorama",
            "cryptography",
            "dateutil",
            "isodate",
            "jsonschema",
            "jwt",
            "marshmallow",
            "msrest",
            "requests",
            "strictyaml",
            "tqdm",
            "yaml",
        ];

    // What tests/docker/engine.py starts and makes where no engine answers.
    private static readonly string[] EngineFiles = ["/usr/sbin/dockerd", "/usr/bin/dockerd", "/var/run/docker.sock"];
    private static readonly string[] EnginePackages = ["docker.io", "mmdebstrap"];

    /// <summary>Returns the packages that are missing where they can be installed; elsewhere the suites name them.</summary>
    public static IReadOnlyList<string> Missing(BuildContext context, IReadOnlyList<TestSuite> suites)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!DebianPackages.CanInstall)
            return [];
        var onlyUnit = suites.All(suite => suite.IsUnit);
        var missing = Programs
            .Where(program => (program.IsForUnit || !onlyUnit) && !Path.Exists(program.File))
            .Select(program => program.Package);
        var hasEngine = context.Environment.GetEnvironmentVariable("DOCKER_HOST") is not null || EngineFiles.Any(Path.Exists);
        return [.. missing, .. suites.Any(suite => suite.NeedsEngine) && !hasEngine ? EnginePackages : []];
    }

    /// <summary>Installs what is missing, where that is possible.</summary>
    /// <exception cref="Cake.Core.CakeException">An installation failed.</exception>
    public async Task EnsureAsync(BuildContext context, IReadOnlyList<TestSuite> suites)
    {
        if (Missing(context, suites) is { Count: > 0 } missing)
            await packages.InstallAsync(context, missing);
        if (DebianPackages.CanInstall && suites.Any(suite => suite.NeedsPythonClients))
            await UnpackClientsAsync(context);
    }

    private async Task UnpackClientsAsync(BuildContext context)
    {
        var clients = Path.Combine(context.Root, ".local", "python-clients");
        if (Path.Exists(Path.Combine(PythonModules, "azure", "ai", "ml")) || Directory.Exists(clients))
            return;
        context.Say("Unpacking Microsoft's Python clients.");
        var unpack = Path.Combine(context.Root, "tests", "conformance", "python", "unpack-clients");
        await processes.RunCheckedAsync(new ChildProcess(unpack, [clients], context.Root), context.Cancellation);
    }
}
