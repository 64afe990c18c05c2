using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Fixtures.Checkouts;
using Fixtures.Registries;

namespace EndToEnd.Images.Chain;

/// <summary>Pushes to a registry that needs a sign-in, also with failures midway.</summary>
public sealed class GuardedPushTests(Engine engine, DemoData data)
{
    // Compressing and sending them takes longer than the lifetime of a token.
    private const int LongMegabytes = 100;

    // At night more than one GiB.
    private static readonly int KilledMegabytes = Fixtures.Seeds.IsNight ? 1100 : 60;

    [Fact]
    public async Task Push_SignsIn_AndLeavesNoSecret()
    {
        await using var guarded = await GuardedRegistry.StartAsync(engine, data);
        var checkout = guarded.Checkout;
        string[] planted = [guarded.Password, $"planted-{Guid.NewGuid():N}", $"planted-{Guid.NewGuid():N}"];
        checkout.Variables["AZURE_CLIENT_SECRET"] = planted[1];
        checkout.Variables["SYSTEM_ACCESSTOKEN"] = planted[2];
        // The folder of the run's login.
        var temporary = Directory.CreateDirectory(Path.Combine(checkout.Root, ".local", "tmp")).FullName;
        checkout.Variables["TMPDIR"] = temporary;
        // In docker's configuration and in requests.
        string[] sought = [.. planted, Convert.ToBase64String(Encoding.UTF8.GetBytes($"{GuardedRegistry.User}:{guarded.Password}"))];
        using var run = checkout.Start(engine.Arguments("Docker-Push"));

        var commands = await CommandLines.WatchAsync(run);

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains(guarded.Tokens.Requests, request =>
            request.User == GuardedRegistry.User && request.Scope.Contains("push", StringComparison.Ordinal)
        );
        Assert.Equal([checkout.ContentTag()], guarded.Tags);
        Assert.Contains(commands, command =>
            command.Contains(" login ", StringComparison.Ordinal) && command.Contains(guarded.Registry.Name, StringComparison.Ordinal)
        );
        var history = await engine.OutputOfAsync(
            "image",
            "history",
            "--no-trunc",
            (string)checkout.ReadRecord("built-image")["reference"]!
        );
        var description = await engine.OutputOfAsync("image", "inspect", (string)checkout.ReadRecord("built-image")["reference"]!);
        foreach (var secret in sought)
        {
            Assert.DoesNotContain(commands, command => command.Contains(secret, StringComparison.Ordinal));
            foreach (var text in new[] { run.Output, history, description, guarded.Registry.Log })
                Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        }

        // The layers in the registry, and every file that the run wrote.
        Assert.Empty(Directory.EnumerateDirectories(temporary, "docker-login-*"));
        string[] folders = [checkout.Root, guarded.Registry.StorageFolder];
        var files = engine
            .Logs.Concat(folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)))
            .ToList();
        Assert.Contains(files, file => IsCompressed(file));
        foreach (var file in files)
        {
            var content = Read(file);
            foreach (var secret in sought)
                Assert.True(content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) < 0, $"{file} contains a planted secret");
        }

        await RemoveAsync(checkout);
    }

    [Fact]
    public async Task Push_NamesTheUser_WhenThePasswordIsWrong()
    {
        await using var guarded = await GuardedRegistry.StartAsync(engine, data);
        guarded.Checkout.Variables["REGISTRY_PASSWORD"] = "another-password";

        var run = await guarded.Checkout.RunAsync(engine.Arguments("Docker-Push"));

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(
            $"docker could not sign in to {guarded.Registry.Name} as {GuardedRegistry.User}: ",
            run.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("401", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("another-password", run.Output, StringComparison.Ordinal);
        Assert.Empty(guarded.Tags);
        await RemoveAsync(guarded.Checkout);
    }

    [Fact]
    public async Task Push_NamesTheMissingPermission_WhenTheUserMayOnlyPull()
    {
        await using var guarded = await GuardedRegistry.StartAsync(engine, data);
        guarded.Tokens.Users[GuardedRegistry.User] = new TokenUser(guarded.Password, $"repository:{GuardedRegistry.Repository}:pull");

        var run = await guarded.Checkout.RunAsync(engine.Arguments("Docker-Push"));

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(
            $"{guarded.Registry.Name}/{GuardedRegistry.Repository} refused the push three times",
            run.Output,
            StringComparison.Ordinal
        );
        Assert.Empty(guarded.Tags);
        await RemoveAsync(guarded.Checkout);
    }

    [Fact]
    public async Task Push_Completes_WhenTheTokenExpiresMidway()
    {
        await using var guarded = await GuardedRegistry.StartAsync(engine, data);
        // The registry tolerates one minute: the token expires 0 to 1 s after it was issued, and the layer takes longer.
        guarded.Tokens.AccessTokenLifetime = TimeSpan.FromSeconds(-59);
        using var run = guarded.Checkout.Start(engine.Arguments("Docker-Push", $"--build-arg=MEGABYTES={LongMegabytes}"));
        await run.SeeAsync("The push failed (");
        Assert.Empty(guarded.Tags);
        guarded.Tokens.AccessTokenLifetime = TimeSpan.FromMinutes(5);

        await run.EndAsync();

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Matches(@"The push failed \([^)]*(unauthorized|authentication required)", run.Output);
        Assert.Equal([guarded.Checkout.ContentTag()], guarded.Tags);
        await RemoveAsync(guarded.Checkout);
    }

    [Fact]
    public async Task Push_Completes_WhenTheRegistryIsKilledDuringALayer()
    {
        await using var guarded = await GuardedRegistry.StartAsync(engine, data);
        using var run = guarded.Checkout.Start(engine.Arguments("Docker-Push", $"--build-arg=MEGABYTES={KilledMegabytes}"));
        await run.SeeAsync("  | The push refers to repository");
        await TrainerProcesses.UntilAsync(() => guarded.Arriving > 20_000_000, "the layer is on its way");

        await guarded.Registry.KillAsync();

        Assert.Empty(guarded.Tags);
        await guarded.Registry.StartAgainAsync(TestContext.Current.CancellationToken);
        await run.EndAsync();
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Matches("Retrying in|The push failed", run.Output);
        Assert.Equal([guarded.Checkout.ContentTag()], guarded.Tags);
        Assert.Contains(ReadLayerSizes(guarded.Registry, (string)guarded.Checkout.ReadRecord("pushed-image")["digest"]!), size =>
            size >= KilledMegabytes * 1024L * 1024
        );
        await RemoveAsync(guarded.Checkout);
    }

    /// <summary>Reads the sizes of an image's layers from its manifest, and checks that each layer is complete.</summary>
    private static List<long> ReadLayerSizes(DistributionRegistry registry, string digest)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(registry.PathOfBlob(digest)))!;
        var sizes = new List<long>();
        foreach (var layer in manifest["layers"]!.AsArray())
        {
            sizes.Add((long)layer!["size"]!);
            Assert.Equal(sizes[^1], new FileInfo(registry.PathOfBlob((string)layer["digest"]!)).Length);
        }

        return sizes;
    }

    // The engine is kept, but not the images of registries that no longer exist.
    private async Task RemoveAsync(Checkout checkout) =>
        await engine.OutputOfAsync("image", "rm", "--force", (string)checkout.ReadRecord("built-image")["reference"]!);

    private static byte[] Read(string file)
    {
        if (!IsCompressed(file))
            return File.ReadAllBytes(file);
        using var content = new MemoryStream();
        using var layer = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        layer.CopyTo(content);
        return content.ToArray();
    }

    private static bool IsCompressed(string file)
    {
        using var stream = File.OpenRead(file);
        return stream.ReadByte() == 0x1f && stream.ReadByte() == 0x8b;
    }
}
