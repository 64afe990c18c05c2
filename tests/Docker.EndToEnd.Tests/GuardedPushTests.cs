using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Fixtures.Checkouts;
using Fixtures.Registries;

namespace Docker.EndToEnd.Tests;

/// <summary>Pushing where one has to sign in, and where things go wrong midway.</summary>
public sealed class GuardedPushTests(Engine engine)
{
    // So many that compressing and sending them takes longer than a token lives.
    private const int LongMegabytes = 300;

    [Fact]
    public async Task Push_SignsIn_AndLeavesNoSecretAnywhere()
    {
        await using var guarded = await GuardedRegistry.StartAsync(engine);
        var checkout = guarded.Checkout;
        string[] planted = [guarded.Password, $"planted-{Guid.NewGuid():N}", $"planted-{Guid.NewGuid():N}"];
        checkout.Variables["AZURE_CLIENT_SECRET"] = planted[1];
        checkout.Variables["SYSTEM_ACCESSTOKEN"] = planted[2];
        // Where the run's login lies while it is needed.
        var temporary = Directory.CreateDirectory(Path.Combine(checkout.Root, ".local", "tmp")).FullName;
        checkout.Variables["TMPDIR"] = temporary;
        // As docker keeps it, and as it travels.
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
        var history = await engine.DockerAsync("image", "history", "--no-trunc", (string)checkout.ReadRecord("built-image")["reference"]!);
        var description = await engine.DockerAsync("image", "inspect", (string)checkout.ReadRecord("built-image")["reference"]!);
        foreach (var secret in sought)
        {
            Assert.DoesNotContain(commands, command => command.Contains(secret, StringComparison.Ordinal));
            foreach (var text in new[] { run.Output, history, description, guarded.Registry.Log })
                Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        }

        // The layers as the registry has them, and all that the run wrote down.
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
                Assert.True(content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) < 0, $"{file} holds a planted secret");
        }

        await RemoveAsync(checkout);
    }

    [Fact]
    public async Task Push_SaysWhoWasRefused_WhenThePasswordIsWrong()
    {
        await using var guarded = await GuardedRegistry.StartAsync(engine);
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
    public async Task Push_SaysWhichRightIsMissing_WhenTheUserMayOnlyPull()
    {
        await using var guarded = await GuardedRegistry.StartAsync(engine);
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
        await using var guarded = await GuardedRegistry.StartAsync(engine);
        // The registry allows a minute more: the token is over one to two seconds after it was given, and the layer takes longer.
        guarded.Tokens.AccessTokenLifetime = TimeSpan.FromSeconds(-58);
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
    public async Task Push_OfALayerOverOneGibibyteCompletes_WhenTheRegistryIsKilledMidway()
    {
        await using var guarded = await GuardedRegistry.StartAsync(engine);
        using var run = guarded.Checkout.Start(engine.Arguments("Docker-Push", "--build-arg=MEGABYTES=1100"));
        await run.SeeAsync("  | The push refers to repository");
        await TrainerProcesses.UntilAsync(() => guarded.Arriving > 50_000_000, "the layer is on its way");

        await guarded.Registry.KillAsync();

        Assert.Empty(guarded.Tags);
        await guarded.Registry.StartAgainAsync(TestContext.Current.CancellationToken);
        await run.EndAsync();
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Matches("Retrying in|The push failed", run.Output);
        Assert.Equal([guarded.Checkout.ContentTag()], guarded.Tags);
        Assert.Contains(ReadLayerSizes(guarded.Registry, (string)guarded.Checkout.ReadRecord("pushed-image")["digest"]!), size =>
            size > 1L << 30
        );
        await RemoveAsync(guarded.Checkout);
    }

    /// <summary>Sizes of an image's layers by its manifest; each must be there whole.</summary>
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

    // The engine is kept; images of registries that are no more are not.
    private async Task RemoveAsync(Checkout checkout) =>
        await engine.DockerAsync("image", "rm", "--force", (string)checkout.ReadRecord("built-image")["reference"]!);

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
