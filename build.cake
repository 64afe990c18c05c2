// `dotnet cake` enters here. Builds the host in build/ when its sources have changed since the last time, then becomes the host: same
// arguments, same terminal, its exit code. Targets and their options belong to the host, see build/Program.cs.

#load "build/Host.cake"

const string Project = "build/Build.csproj";
const string Module = "Cake.DirectStart.Module.dll";
const string BuiltModule = "src/DirectStart/bin/Release/net10.0/" + Module;
const string Modules = ".local/cake/modules"; // As cake.config says.

var dotnet = System.Environment.ProcessPath;
var arguments = System.Environment.GetCommandLineArgs().Skip(1).ToList();
if (arguments.Count > 0 && arguments[0].EndsWith(".cake", StringComparison.OrdinalIgnoreCase))
    arguments.RemoveAt(0);

if (!HostFiles.AreCurrent())
    Build();
arguments.Insert(0, System.IO.Path.GetFullPath(HostFiles.Assembly));
Successor.Become(dotnet, arguments);

// One build at a time; whoever waited finds the work done.
void Build()
{
    System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(HostFiles.Record));
    using var turn = WaitForTurn(HostFiles.Record + ".lock");
    if (HostFiles.AreCurrent())
        return;

    // Listed before the build, so that a file that is saved while it runs is built the next time. An interrupted build leaves no record.
    var sources = HostFiles.ListSources();
    System.IO.File.Delete(HostFiles.Record);
    Console.Error.WriteLine("Building the host in build/ ...");
    // Without the servers that the compiler and MSBuild otherwise leave running: build/SharedCompiler.targets ends the compiler. The analyzers
    // look on when the Build and Test targets compile the solution, in its other configuration, and would only make the first start longer here.
    var build = new ProcessStartInfo(dotnet) { RedirectStandardOutput = true };
    foreach (var argument in new[] { "msbuild", Project, "-restore", "-target:BuildWithOneCompiler", "-property:Configuration=Release", "-nologo", "-verbosity:quiet", "-consoleLoggerParameters:NoSummary", "-nodeReuse:false", "-property:UseSharedCompilation=true", $"-property:SharedCompilationId=model-training-{System.Environment.ProcessId}", "-property:RunAnalyzers=false", "-property:CompileAhead=true" })
        build.ArgumentList.Add(argument);
    // build/LocalRuntime/DotNet.cs says why.
    build.Environment["DOTNET_TieredPGO"] = "0";
    build.Environment["DOTNET_EnableWriteXorExecute"] = "0";
    using var process = Process.Start(build);
    using var ended = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => process.Kill(entireProcessTree: true));
    // To the error stream: what the host prints is the only output of a run.
    for (string line; (line = process.StandardOutput.ReadLine()) is not null;)
        Console.Error.WriteLine(line);
    process.WaitForExit();
    if (process.ExitCode != 0)
        System.Environment.Exit(process.ExitCode);
    InstallModule();
    System.IO.File.WriteAllText(HostFiles.Record, sources);
}

// By renaming: a module that a running `dotnet cake` has loaded, this one among them, cannot be overwritten.
void InstallModule()
{
    var installed = System.IO.Path.Combine(Modules, Module);
    System.IO.Directory.CreateDirectory(Modules);
    System.IO.File.Copy(BuiltModule, installed + ".new", overwrite: true);
    if (System.IO.File.Exists(installed))
        System.IO.File.Move(installed, installed + ".old", overwrite: true);
    System.IO.File.Move(installed + ".new", installed);
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
