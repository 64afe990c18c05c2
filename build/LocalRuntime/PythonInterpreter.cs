namespace Build.LocalRuntime;

/// <summary>A Python interpreter of version 3.9 or newer and the modules it has.</summary>
/// <param name="Path">A path, or a name on PATH.</param>
/// <param name="Version">Such as <c>3.11.2</c>.</param>
/// <param name="Present">The requested modules that exist.</param>
public sealed record PythonInterpreter(string Path, string Version, IReadOnlySet<string> Present)
{
    // find_spec does not import the module: importing torch alone takes seconds.
    private const string Inspection =
        "import importlib.util, platform, sys; "
        + "print(platform.python_version(), *[m for m in sys.argv[1:] if importlib.util.find_spec(m)])";

    /// <summary>Returns the modules that the interpreter does not have.</summary>
    public IReadOnlyList<PythonModule> Lacks(IEnumerable<PythonModule> modules) =>
        [.. modules.Where(module => !Present.Contains(module.Name))];

    /// <summary>Reads the version and the modules of an interpreter.</summary>
    /// <returns>Null when the interpreter is missing or too old.</returns>
    public static async Task<PythonInterpreter?> InspectAsync(
        IProcesses processes,
        string path,
        IReadOnlyList<PythonModule> modules,
        string workingDirectory,
        CancellationToken cancellationToken
    )
    {
        // -I ignores modules of the working directory and user settings.
        var output = await processes.TryReadAsync(
            new ChildProcess(path, ["-I", "-c", Inspection, .. modules.Select(module => module.Name)], workingDirectory),
            cancellationToken
        );
        var words = output?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return words.Length > 0 && System.Version.TryParse(words[0].TrimEnd('+'), out var version) && version >= new Version(3, 9)
            ? new PythonInterpreter(path, words[0], words.Skip(1).ToHashSet(StringComparer.Ordinal))
            : null;
    }

    /// <summary>Creates a run of the trainer of this checkout.</summary>
    /// <param name="root">Absolute path of the repository.</param>
    /// <param name="arguments">The arguments after <c>python -m detection</c>.</param>
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

    /// <summary>Creates a folder whose <c>python</c> starts this interpreter, for the PATH of a job.</summary>
    /// <remarks>It is a script, not a link: an interpreter finds its virtual environment by the path it was started with.</remarks>
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
        {
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
        }

        return folder;
    }
}
