using System.Diagnostics;
using System.Net;
using System.Text;
using Fixtures.Network;

namespace Fixtures.Registries;

/// <summary>The CNCF distribution registry as a separate process on a free loopback port, with its own storage folder.</summary>
/// <remarks>It uses plain http, which docker accepts for loopback. Deletion is enabled. The process is stopped by its id.</remarks>
public sealed class DistributionRegistry : IAsyncDisposable
{
    private readonly RegistryOptions options;
    private readonly string folder;
    private readonly StringBuilder log = new();
    private Process? process;

    private DistributionRegistry(RegistryOptions options, string folder, int port)
    {
        this.options = options;
        this.folder = folder;
        Address = new Uri($"http://localhost:{port}/");
    }

    /// <summary>Its address: <c>http://localhost:{port}/</c>.</summary>
    public Uri Address { get; }

    /// <summary>The first part of an image reference: <c>localhost:{port}</c>.</summary>
    public string Name => Address.Authority;

    public int ProcessId => process?.Id ?? throw new InvalidOperationException("The registry is stopped.");

    /// <summary>Its output so far.</summary>
    public string Log
    {
        get
        {
            lock (log)
            {
                return log.ToString();
            }
        }
    }

    /// <summary>The folder that holds repositories and blobs.</summary>
    public string StorageFolder => Path.Combine(this.folder, "storage");

    public static async Task<DistributionRegistry> StartAsync(
        RegistryOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        options ??= new RegistryOptions();
        var temporary = Directory.CreateTempSubdirectory("registry-").FullName;
        var registry = new DistributionRegistry(options, temporary, options.Port ?? LoopbackPort.FindFree());
        try
        {
            await registry.StartProcessAsync(cancellationToken);
            return registry;
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills the process, as a power failure would; the storage stays.</summary>
    public async Task KillAsync()
    {
        if (process is { } running)
        {
            process = null;
            if (!running.HasExited)
            {
                running.Kill();
            }

            await running.WaitForExitAsync();
            running.Dispose();
        }
    }

    /// <summary>
    /// Starts it again on the same port and storage after <see cref="KillAsync"/>; with token authentication it reads the trusted
    /// certificate again.
    /// </summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        await KillAsync();
        await StartProcessAsync(cancellationToken);
    }

    /// <summary>The file of a blob.</summary>
    public string PathOfBlob(string digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        var hash = digest["sha256:".Length..];
        return Path.Combine(StorageFolder, "docker/registry/v2/blobs/sha256", hash[..2], hash, "data");
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(this.folder, recursive: true);
    }

    private async Task StartProcessAsync(CancellationToken cancellationToken)
    {
        var configuration = Path.Combine(this.folder, "config.yml");
        await File.WriteAllTextAsync(configuration, Configuration(), cancellationToken);
        var started = Process.Start(
            new ProcessStartInfo(RegistryBinary.Path, ["serve", configuration])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = this.folder,
            }
        )!;
        process = started;
        started.OutputDataReceived += (_, line) => Append(line.Data);
        started.ErrorDataReceived += (_, line) => Append(line.Data);
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        await WaitUntilAnsweringAsync(started, cancellationToken);
    }

    private async Task WaitUntilAnsweringAsync(Process process, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var started = Stopwatch.StartNew();
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (process.HasExited || started.Elapsed > TimeSpan.FromSeconds(30))
            {
                throw new InvalidOperationException($"{RegistryBinary.Path} does not respond at {Address}:\n{Log}");
            }

            try
            {
                using var answer = await http.GetAsync(new Uri(Address, "/v2/"), cancellationToken);
                if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Unauthorized)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }
    }

    private void Append(string? line)
    {
        lock (log)
        {
            log.AppendLine(line);
        }
    }

    private string Configuration()
    {
        var text = new StringBuilder(
            $"""
            version: 0.1
            log: {"{"}level: info{"}"}
            storage:
              filesystem: {"{"}rootdirectory: "{StorageFolder}"{"}"}
              delete: {"{"}enabled: true{"}"}
            http:
              addr: 127.0.0.1:{Address.Port}
              secret: kept-so-that-uploads-survive-a-restart

            """
        );
        if (this.options.Users.Count > 0)
        {
            var file = Path.Combine(this.folder, "htpasswd");
            File.WriteAllLines(file, this.options.Users.Select(user => $"{user.Key}:{Bcrypt.Hash(user.Value)}"));
            text.Append($"auth: {{htpasswd: {{realm: test, path: \"{file}\"}}}}\n");
        }
        else if (Trust() is { } tokens)
        {
            var file = Path.Combine(this.folder, "root.pem");
            File.WriteAllText(file, tokens.CertificatePem);
            text.Append(
                $"auth: {{token: {{realm: \"{tokens.Realm}\", service: \"{tokens.Service}\", issuer: \"{tokens.Issuer}\", "
                    + $"rootcertbundle: \"{file}\"}}}}\n"
            );
        }

        return text.ToString();
    }

    private TokenTrust? Trust() =>
        this.options.TokenService is { } tokens
            ? new TokenTrust(this.options.Realm ?? tokens.Realm, tokens.Service, tokens.Issuer, tokens.CertificatePem)
            : this.options.TokenTrust;
}
