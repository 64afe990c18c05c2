namespace Build.LocalRuntime;

/// <summary>A Python 3.9 or newer, and which of the modules asked for it has.</summary>
/// <param name="Path">Path, or a name on PATH.</param>
/// <param name="Version">Such as <c>3.11.2</c>.</param>
/// <param name="Present">The modules found among those asked for.</param>
public sealed record PythonInterpreter(string Path, string Version, IReadOnlySet<string> Present)
{
    // find_spec looks without importing: importing torch alone takes seconds.
    private const string Inspection =
        "import importlib.util, platform, sys; print(platform.python_version(), *[m for m in sys.argv[1:] if importlib.util.find_spec(m)])";

    public IReadOnlyList<PythonModule> Lacks(IEnumerable<PythonModule> modules) =>
        [.. modules.Where(module => !Present.Contains(module.Name))];

    /// <summary>Asks an interpreter for its version and modules; null when it is missing or too old.</summary>
    public static async Task<PythonInterpreter?> InspectAsync(
        string path,
        IReadOnlyList<PythonModule> modules,
        string workingDirectory,
        CancellationToken cancellationToken
    )
    {
        // -I keeps the working directory and user settings from posing as modules.
        var answer = await new ChildProcess(
            path,
            ["-I", "-c", Inspection, .. modules.Select(module => module.Name)],
            workingDirectory
        ).TryReadAsync(cancellationToken);
        var words = answer?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return words.Length > 0 && System.Version.TryParse(words[0].TrimEnd('+'), out var version) && version >= new Version(3, 9)
            ? new PythonInterpreter(path, words[0], words.Skip(1).ToHashSet(StringComparer.Ordinal))
            : null;
    }

    /// <summary>A run of the trainer of this checkout.</summary>
    /// <param name="root">Absolute path of the repository.</param>
    /// <param name="arguments">What follows <c>python -m detection</c>.</param>
    public ChildProcess Trainer(string root, params string[] arguments) =>
        new(
            Path,
            ["-m", "detection", .. arguments],
            root,
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["PYTHONPATH"] = System.IO.Path.Combine(root, "src", "training"),
                ["PYTHONUNBUFFERED"] = "1",
            }
        );

    /// <summary>Writes a folder whose <c>python</c> starts this interpreter, for the PATH of a job.</summary>
    /// <remarks>A script and not a link: a virtual environment is known by the path its interpreter was started with.</remarks>
    /// <returns>Absolute path of the folder.</returns>
    public string WriteLauncher(string localFolder)
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(localFolder, "bin")).FullName;
        var windows = OperatingSystem.IsWindows();
        var launcher = System.IO.Path.Combine(folder, windows ? "python.cmd" : "python");
        var text = windows ? $"@\"{Path}\" %*\r\n" : $"#!/bin/sh\nexec \"{Path}\" \"$@\"\n";
        if (File.Exists(launcher) && string.Equals(File.ReadAllText(launcher), text, StringComparison.Ordinal))
            return folder;
        File.WriteAllText(launcher, text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(
                launcher,
                UnixFileMode.UserRead
                    | UnixFileMode.UserWrite
                    | UnixFileMode.UserExecute
                    | UnixFileMode.GroupRead
                    | UnixFileMode.GroupExecute
                    | UnixFileMode.OtherRead
                    | UnixFileMode.OtherExecute
            );
        return folder;
    }
}
