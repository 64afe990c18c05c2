// Where the built host is, whether it is still what its sources say, and how to become it. The only file that knows: part of build.cake,
// of the module in src/DirectStart, and of the host, which asks on behalf of build.sh and build.ps1. Every path is relative to the repository,
// which is the working directory.

#nullable enable
#pragma warning disable MA0047, MA0048 // A script has no namespaces.

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

/// <summary>The host in build/, as files.</summary>
internal static class HostFiles
{
    /// <summary>The assembly that <c>dotnet</c> runs.</summary>
    public const string Assembly = "build/bin/Release/net10.0/Build.dll";

    /// <summary>The list of sources of the last complete build; the file is missing before the first one.</summary>
    public const string Record = "build/bin/sources.txt";

    /// <summary>Returns whether the host is built, from the sources as they are now.</summary>
    public static bool AreCurrent() =>
        System.IO.File.Exists(Assembly)
        && System.IO.File.Exists(Record)
        && string.Equals(System.IO.File.ReadAllText(Record), ListSources(), StringComparison.Ordinal);

    /// <summary>Lists name, size and time of every file that the host is built from, so that a deleted or renamed file counts as well as a changed one.</summary>
    /// <param name="root">The repository.</param>
    public static string ListSources(string root = ".")
    {
        var files = new List<string>();
        foreach (var file in new DirectoryInfo(root).EnumerateFiles())
        {
            if (file.Name is "global.json" or ".editorconfig" or "build.cake"
                || file.Name.StartsWith("Directory.", StringComparison.Ordinal)
                || file.Name.Equals("nuget.config", StringComparison.OrdinalIgnoreCase))
                files.Add(Describe("", file));
        }

        AddSources(new DirectoryInfo(System.IO.Path.Combine(root, "build")), "build/", files);
        AddSources(new DirectoryInfo(System.IO.Path.Combine(root, "src")), "src/", files);
        files.Sort(StringComparer.Ordinal);
        return string.Concat(files);
    }

    private static void AddSources(DirectoryInfo folder, string prefix, List<string> files)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            if (entry is FileInfo file)
                files.Add(Describe(prefix, file));
            else if (entry.Name is not ("bin" or "obj" or "training" or "__pycache__"))
                AddSources((DirectoryInfo)entry, $"{prefix}{entry.Name}/", files);
        }
    }

    // A link counts as the file that it points to.
    private static string Describe(string prefix, FileInfo file)
    {
        var target = file.LinkTarget is null ? file : (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
        return target.Exists ? $"{prefix}{file.Name}|{target.Length}|{target.LastWriteTimeUtc.Ticks}\n" : $"{prefix}{file.Name}|missing\n";
    }
}

/// <summary>Another program in place of this one.</summary>
internal static class Successor
{
    /// <summary>Runs a program with the same terminal, signals and exit code; does not return.</summary>
    /// <remarks>
    /// The program takes this process over, so that nothing stands between it and its caller. Windows cannot do that: there the program
    /// is a child that is waited for.
    /// </remarks>
    public static void Become(string program, IEnumerable<string> arguments)
    {
        if (!OperatingSystem.IsWindows())
        {
            const int SigPipe = 13;
            signal(SigPipe, 0); // .NET ignores it, and what is ignored stays so in every process from here on.
            if (execv(program, new string?[] { program }.Concat(arguments).Append(null).ToArray()) != 0)
                throw new IOException($"{program} could not be started: error {Marshal.GetLastPInvokeError()}.");
        }

        Console.CancelKeyPress += (_, pressed) => pressed.Cancel = true; // The program gets the key too, and decides.
        var start = new ProcessStartInfo(program);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var child = Process.Start(start)!;
        child.WaitForExit();
        System.Environment.Exit(child.ExitCode);
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int execv(string path, string?[] arguments);

    [DllImport("libc")]
    private static extern nint signal(int number, nint handler);
}

#nullable restore
