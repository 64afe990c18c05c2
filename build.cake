// `dotnet cake` enters here. Builds the host in build/ when its sources have changed since the last time, then becomes the host: same
// arguments, same terminal, its exit code. Targets and their options belong to the host, see build/Program.cs.

using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

const string Project = "build/Build.csproj";
const string Host = "build/bin/Release/net10.0/Build.dll";
const string Stamp = "build/bin/sources.stamp";

var dotnet = System.Environment.ProcessPath;
var arguments = System.Environment.GetCommandLineArgs().Skip(1).ToList();
if (arguments.Count > 0 && arguments[0].EndsWith(".cake", StringComparison.OrdinalIgnoreCase))
    arguments.RemoveAt(0);

if (IsStale())
    Build();
arguments.Insert(0, System.IO.Path.GetFullPath(Host));
Become();

bool IsStale() => !System.IO.File.Exists(Host) || !System.IO.File.Exists(Stamp) || System.IO.File.ReadAllText(Stamp) != Fingerprint();

// Names, sizes and times of every file that the host is built from, so that a deleted or renamed file counts as well as a changed one.
string Fingerprint()
{
    var files = new DirectoryInfo(".").EnumerateFiles("Directory.*")
        .Concat(new[] { new FileInfo("global.json"), new FileInfo(".editorconfig"), new FileInfo("nuget.config") }.Where(file => file.Exists))
        .Concat(Sources(new DirectoryInfo("build")))
        .Concat(Sources(new DirectoryInfo("src")));
    var lines = files.Select(file => $"{file.FullName}|{file.Length}|{file.LastWriteTimeUtc.Ticks}").OrderBy(line => line, StringComparer.Ordinal);
    return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
}

IEnumerable<FileInfo> Sources(DirectoryInfo folder) =>
    folder.EnumerateFiles().Concat(folder.EnumerateDirectories()
        .Where(child => child.Name is not ("bin" or "obj" or "training" or "__pycache__"))
        .SelectMany(Sources));

// One build at a time; whoever waited finds the work done.
void Build()
{
    System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Stamp));
    using var turn = WaitForTurn(Stamp + ".lock");
    var fingerprint = Fingerprint();
    if (!IsStale())
        return;

    Console.Error.WriteLine("Building the host in build/ ...");
    // Without the servers that the compiler and MSBuild otherwise leave running; the analyzers look on when the Build and Test targets compile
    // the solution, in its other configuration, and would only make the first start longer here.
    var build = new ProcessStartInfo(dotnet) { RedirectStandardOutput = true };
    foreach (var argument in new[] { "msbuild", Project, "-restore", "-property:Configuration=Release", "-nologo", "-verbosity:quiet", "-consoleLoggerParameters:NoSummary", "-nodeReuse:false", "-property:UseSharedCompilation=false", "-property:RunAnalyzers=false" })
        build.ArgumentList.Add(argument);
    using var process = Process.Start(build);
    using var ended = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => process.Kill(entireProcessTree: true));
    // To the error stream: what the host prints is the only output of a run.
    for (string line; (line = process.StandardOutput.ReadLine()) is not null;)
        Console.Error.WriteLine(line);
    process.WaitForExit();
    if (process.ExitCode != 0)
        System.Environment.Exit(process.ExitCode);
    System.IO.File.WriteAllText(Stamp, fingerprint);
}

FileStream WaitForTurn(string path)
{
    while (true)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (System.IO.File.Exists(path))
        {
            System.Threading.Thread.Sleep(100);
        }
    }
}

// Replacing this process by the host leaves nothing between it and its terminal, signals and exit code. Windows cannot, so there the host
// is a child that is waited for.
void Become()
{
    if (!OperatingSystem.IsWindows())
    {
        const int SigPipe = 13;
        signal(SigPipe, 0); // .NET ignores it, and what is ignored stays so in every process from here on.
        execv(dotnet, [dotnet, .. arguments, null]);
    }

    Console.CancelKeyPress += (_, pressed) => pressed.Cancel = true; // The host gets the key too, and decides.
    var start = new ProcessStartInfo(dotnet);
    foreach (var argument in arguments)
        start.ArgumentList.Add(argument);
    using var host = Process.Start(start);
    host.WaitForExit();
    System.Environment.Exit(host.ExitCode);
}

[DllImport("libc")]
static extern int execv(string path, string[] arguments);

[DllImport("libc")]
static extern nint signal(int number, nint handler);
