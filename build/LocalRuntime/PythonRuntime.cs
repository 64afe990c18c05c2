using Cake.Core;

namespace Build.LocalRuntime;

/// <summary>Finds the Python interpreter that trains on this machine, and installs it once when it is missing.</summary>
/// <remarks>
/// On Debian and Ubuntu, root installs the packages of the distribution, which takes seconds and serves every checkout. Elsewhere the
/// runtime is a <c>.venv</c> with the pinned requirements of the trainer. A second run finds the runtime and installs nothing.
/// </remarks>
public sealed class PythonRuntime(IProcesses processes, DebianPackages packages)
{
    private static readonly PythonModule Numpy = new("numpy", "python3-numpy");

    private static readonly PythonModule Pillow = new("PIL", "python3-pil");

    private static readonly PythonModule[] Training =
    [
        new("torch", "python3-torch"),
        new("torchvision", "python3-torchvision"),
        Numpy,
        Pillow,
        new("matplotlib", "python3-matplotlib"),
    ];

    private static readonly PythonModule[] Testing =
    [
        new("pytest", "python3-pytest"),
        new("black", "black"),
        new("flake8", "flake8"),
        new("mypy", "mypy"),
    ];

    private const string ShellCheck = "shellcheck";

    private static readonly string TrainingRequirements = Path.Combine("src", "training", "requirements.txt");
    private static readonly string TestRequirements = Path.Combine("src", "training", "requirements-test.txt");

    // A training step of Debian's torch takes fifteen times as long with the reference BLAS as with this one.
    private const string BlasPackage = "libopenblas0-pthread";

    private PythonInterpreter? found;
    private Task<(PythonInterpreter? Interpreter, string Reason)>? search;

    /// <summary>Finds an interpreter that can train, without installing anything; no network.</summary>
    /// <remarks>A caller that needs the interpreter later may start the search early: there is one search in a run.</remarks>
    /// <returns>The interpreter, or null and the reason.</returns>
    public Task<(PythonInterpreter? Interpreter, string Reason)> FindAsync(BuildContext context, bool forTests = false) =>
        forTests ? SearchAsync(context, forTests: true) : search ??= SearchAsync(context, forTests: false);

    private async Task<(PythonInterpreter? Interpreter, string Reason)> SearchAsync(BuildContext context, bool forTests)
    {
        var modules = Modules(forTests);
        if (found is not null && found.Lacks(modules).Count == 0)
            return (found, "");
        var reasons = new List<string>();
        foreach (var path in Candidates(context.Root))
        {
            var interpreter = await PythonInterpreter.InspectAsync(processes, path, modules, context.Root, context.Cancellation);
            if (interpreter is null)
                continue;
            var missing = interpreter.Lacks(modules).Select(module => module.Name).ToList();
            if (missing.Count == 0)
                missing.AddRange(MissingPackages(path, forTests));
            if (missing.Count == 0)
                return (found = interpreter, "");
            reasons.Add($"{path} (Python {interpreter.Version}) lacks {string.Join(", ", missing)}");
        }

        return (null, reasons.Count == 0 ? "no Python 3.9 or newer was found" : string.Join("; ", reasons));
    }

    /// <summary>Finds an interpreter that can train; installs and logs what is missing.</summary>
    /// <param name="context">The run.</param>
    /// <param name="forTests">Whether it must also run and check the tests.</param>
    /// <param name="others">
    /// Further packages of the distribution; they come along where any is installed, since apt takes seconds to start.
    /// </param>
    /// <exception cref="CakeException">No Python exists, or an installation failed.</exception>
    public async Task<PythonInterpreter> EnsureAsync(BuildContext context, bool forTests = false, IReadOnlyList<string>? others = null)
    {
        var (interpreter, reason) = await FindAsync(context, forTests);
        if (interpreter is not null)
            return interpreter;

        if (DebianPackages.CanInstall)
            await InstallDebianPackagesAsync(context, forTests, others ?? []);
        else
            await CreateVirtualEnvironmentAsync(context, reason, forTests);

        search = null;
        (interpreter, reason) = await FindAsync(context, forTests);
        return interpreter ?? throw new CakeException($"The local runtime was installed, and still {reason}.");
    }

    /// <summary>
    /// Finds an interpreter with numpy, which suffices to compare two runs; installs and logs it when it is missing.
    /// </summary>
    /// <exception cref="CakeException">No Python exists, or an installation failed.</exception>
    public Task<PythonInterpreter> EnsureNumpyAsync(BuildContext context) => EnsureModulesAsync(context, [Numpy]);

    /// <summary>
    /// Finds an interpreter that has numpy and Pillow, all that the commands about datasets need; installs and logs what is missing.
    /// </summary>
    /// <exception cref="CakeException">No Python exists, or an installation failed.</exception>
    public Task<PythonInterpreter> EnsurePillowAsync(BuildContext context) => EnsureModulesAsync(context, [Numpy, Pillow]);

    /// <summary>Finds an interpreter that has numpy and Pillow, all that the checks of images need; installs nothing.</summary>
    /// <returns>The interpreter, or null and the reason.</returns>
    public Task<(PythonInterpreter? Interpreter, string Reason)> FindPillowAsync(BuildContext context) =>
        FindAsync(context, [Numpy, Pillow]);

    /// <summary>The sentence that says how <see cref="EnsureAsync"/> would install a missing runtime here.</summary>
    public static string Remedy =>
        DebianPackages.CanInstall
            ? "Train and Create-Demo-Data install it with apt-get"
            : "Train and Create-Demo-Data install it into .venv";

    private static PythonModule[] Modules(bool forTests) => forTests ? [.. Training, .. Testing] : Training;

    private static IEnumerable<string> Candidates(string root)
    {
        if (File.Exists(VirtualEnvironmentPython(root)))
            yield return VirtualEnvironmentPython(root);
        if (!OperatingSystem.IsWindows())
            yield return "/usr/bin/python3";
        yield return OperatingSystem.IsWindows() ? "python" : "python3";
    }

    private static string VirtualEnvironmentPython(string root) =>
        OperatingSystem.IsWindows() ? Path.Combine(root, ".venv", "Scripts", "python.exe") : Path.Combine(root, ".venv", "bin", "python");

    // Packages of the distribution that hold no Python module. A virtual environment brings its own.
    private static IEnumerable<string> MissingPackages(string interpreter, bool forTests)
    {
        if (!DebianPackages.IsDebian || interpreter != "/usr/bin/python3")
            yield break;
        var libraries = Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu*");
        if (!libraries.Any(folder => Directory.Exists(Path.Combine(folder, "openblas-pthread"))))
            yield return BlasPackage;
        if (forTests && !File.Exists("/usr/bin/shellcheck"))
            yield return ShellCheck;
    }

    private async Task<(PythonInterpreter? Interpreter, string Reason)> FindAsync(BuildContext context, PythonModule[] modules)
    {
        if (found is not null && found.Lacks(modules).Count == 0)
            return (found, "");
        foreach (var path in Candidates(context.Root))
        {
            var interpreter = await PythonInterpreter.InspectAsync(processes, path, modules, context.Root, context.Cancellation);
            if (interpreter?.Lacks(modules).Count == 0)
                return (interpreter, "");
        }

        return (null, $"no Python 3.9 or newer has {string.Join(" and ", modules.Select(module => module.Name))}");
    }

    private async Task<PythonInterpreter> EnsureModulesAsync(BuildContext context, PythonModule[] modules)
    {
        var (interpreter, reason) = await FindAsync(context, modules);
        if (interpreter is not null)
            return interpreter;
        if (DebianPackages.CanInstall)
        {
            await packages.InstallAsync(context, [.. modules.Select(module => module.DebianPackage)]);
        }
        else
        {
            // Their names for pip, which the constraints pin.
            string[] names = [.. modules.Select(module => module == Pillow ? "pillow" : module.Name)];
            await CreateVirtualEnvironmentAsync(context, reason, ["--constraint", TrainingRequirements, .. names]);
        }

        (interpreter, reason) = await FindAsync(context, modules);
        return interpreter ?? throw new CakeException($"Packages were installed, and still {reason}.");
    }

    private async Task InstallDebianPackagesAsync(BuildContext context, bool forTests, IReadOnlyList<string> others)
    {
        var modules = Modules(forTests);
        var interpreter = await PythonInterpreter.InspectAsync(processes, "/usr/bin/python3", modules, context.Root, context.Cancellation);
        await packages.InstallAsync(
            context,
            [
                .. (interpreter?.Lacks(modules) ?? modules).Select(module => module.DebianPackage),
                .. MissingPackages("/usr/bin/python3", forTests),
                .. others,
            ]
        );
    }

    private Task CreateVirtualEnvironmentAsync(BuildContext context, string reason, bool forTests) =>
        CreateVirtualEnvironmentAsync(context, reason, ["--requirement", forTests ? TestRequirements : TrainingRequirements]);

    private async Task CreateVirtualEnvironmentAsync(BuildContext context, string reason, IReadOnlyList<string> requirements)
    {
        var python = OperatingSystem.IsWindows() ? "python" : "python3";
        if (await PythonInterpreter.InspectAsync(processes, python, [], context.Root, context.Cancellation) is null)
        {
            var source = DebianPackages.IsDebian ? "apt-get install python3 python3-venv" : "https://www.python.org/downloads/";
            throw new CakeException(
                $"The local runtime needs Python 3.9 or newer, and {reason}. " + $"Install it ({source}), then run the same command again."
            );
        }

        context.Say($"Installing the local runtime into .venv: {string.Join(' ', requirements)} ({reason}).");
        await processes.RunCheckedAsync(new ChildProcess(python, ["-m", "venv", ".venv"], context.Root), context.Cancellation);
        await processes.RunCheckedAsync(
            new ChildProcess(
                VirtualEnvironmentPython(context.Root),
                ["-m", "pip", "install", "--disable-pip-version-check", .. requirements],
                context.Root
            ),
            context.Cancellation
        );
    }
}
