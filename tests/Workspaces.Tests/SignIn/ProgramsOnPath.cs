using System.Runtime.Versioning;

namespace Workspaces.Tests.SignIn;

/// <summary>
/// Shell scripts that replace the programs which Azure.Identity starts. It finds them by the PATH of this process, so these tests run one
/// at a time.
/// </summary>
[CollectionDefinition(nameof(ProgramsOnPath), DisableParallelization = true)]
[UnsupportedOSPlatform("windows")]
public sealed class ProgramsOnPath : IDisposable
{
    private readonly string? before = Environment.GetEnvironmentVariable("PATH");

    public ProgramsOnPath() => Environment.SetEnvironmentVariable("PATH", $"{Folder}:{before}");

    public string Folder { get; } = Directory.CreateTempSubdirectory("programs-").FullName;

    public string Add(string name, string script)
    {
        var file = Path.Combine(Folder, name);
        File.WriteAllText(file, script.ReplaceLineEndings("\n"));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", before);
        Directory.Delete(Folder, recursive: true);
    }
}
