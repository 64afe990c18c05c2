using System.Diagnostics;
using System.Runtime.Versioning;

namespace Build.Tests.Doubles;

/// <summary>
/// Replaces docker with a script that records the arguments, the standard input and the variables of each call. It builds nothing, and a
/// push
/// copies the manifest of the tag <c>staged</c> to the pushed tag.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class DockerStandIn : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("docker-stand-in-");

    /// <param name="registry">Address of the registry.</param>
    public DockerStandIn(Uri registry)
    {
        File.WriteAllText(
            System.IO.Path.Combine(folder.FullName, "push.py"),
            $"""
            import sys, urllib.request
            repository, tag = sys.argv[1].split('/', 1)[1].rsplit(':', 1)
            address = '{registry}v2/' + repository + '/manifests/'
            open_ = urllib.request.build_opener(urllib.request.ProxyHandler({"{}"})).open
            kind = 'application/vnd.docker.distribution.manifest.v2+json'
            manifest = open_(urllib.request.Request(address + 'staged', headers={"{'Accept': kind}"})).read()
            open_(urllib.request.Request(address + tag, manifest, {"{'Content-Type': kind}"}, method='PUT')).read()

            """
        );
        Write(
            $$"""
            #!/bin/sh
            cd '{{folder.FullName}}'
            call=calls/$(ls calls | wc -l)
            mkdir "$call"
            for argument in "$@"; do printf '%s\0' "$argument"; done > "$call/arguments"
            [ "$1" = login ] && cat > "$call/input"
            env > "$call/variables"
            case "$1 $2" in
            "image build"|"buildx build") while [ $# -gt 0 ]; do [ "$1" = --iidfile ] && cat id > "$2"; shift; done ;;
            "image inspect") cat id ;;
            "push "*) exec python3 push.py "$2" ;;
            esac
            exit 0

            """
        );
        Directory.CreateDirectory(System.IO.Path.Combine(folder.FullName, "calls"));
        SetId("sha256:built");
    }

    /// <summary>The folder for PATH.</summary>
    public string Path => folder.FullName;

    /// <summary>The calls, in their order.</summary>
    public IReadOnlyList<DockerCall> Calls =>
        [
            .. Directory
                .EnumerateDirectories(System.IO.Path.Combine(folder.FullName, "calls"))
                .OrderBy(call => int.Parse(System.IO.Path.GetFileName(call), System.Globalization.CultureInfo.InvariantCulture))
                .Select(DockerCall.Read),
        ];

    /// <summary>Sets the id of the image that a build yields.</summary>
    public void SetId(string id) => File.WriteAllText(System.IO.Path.Combine(folder.FullName, "id"), id);

    public void Dispose() => folder.Delete(recursive: true);

    // A separate shell writes it: a process that another test starts meanwhile would keep the file open, and Linux runs no such file.
    private void Write(string script)
    {
        using var shell = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", "cat > \"$0\" && chmod 700 \"$0\"", System.IO.Path.Combine(folder.FullName, "docker")])
            {
                RedirectStandardInput = true,
                UseShellExecute = false,
            }
        )!;
        shell.StandardInput.Write(script);
        shell.StandardInput.Close();
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
