using Fixtures.Checkouts;

namespace EndToEnd.Images.Chain;

/// <summary>Pushes after a change of the sources, and after none.</summary>
public sealed class PushTests(Engine engine, DemoData data)
{
    [Fact]
    public async Task Push_DoesNothingAndNeedsNoEngine_WhenOnlyFileTimesChanged()
    {
        await using var checkout = engine.CheckOut(data);
        await checkout.SucceedAsync(engine.Arguments("Docker-Push"));
        var before = (checkout.PushedImage(), checkout.ContentTag());
        foreach (var file in Directory.EnumerateFiles(Path.Combine(checkout.Root, "src"), "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, new DateTime(2031, 5, 6, 7, 8, 9, DateTimeKind.Utc));
        checkout.Variables["DOCKER_HOST"] = "unix:///nonexistent/docker.sock";

        var again = await checkout.SucceedAsync(engine.Arguments("Docker-Push"));

        Assert.Contains(": unchanged (sha256:", again.Output, StringComparison.Ordinal);
        Assert.Contains($"Pushed       {before.Item1}: unchanged", again.Output, StringComparison.Ordinal);
        Assert.Equal(before, (checkout.PushedImage(), checkout.ContentTag()));
        // Nothing was built or pushed: no output of another program.
        Assert.DoesNotContain("  | ", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_ChangesOnlyTheLayerOfTheCode_WhenOneByteOfTheTrainerChanges()
    {
        await using var checkout = engine.CheckOut(data);
        await GitAsync(checkout, "init", "--quiet", "--initial-branch=main");
        await GitAsync(checkout, "add", "src", "docker", "exp_configs", "configuration", ".dockerignore");
        await CommitAsync(checkout, "Begin");
        await checkout.SucceedAsync(engine.Arguments("Docker-Push"));
        var before = await RegistryContent.LayersAsync(engine.Registry, Engine.Repository, checkout.ContentTag());
        var file = Path.Combine(checkout.Root, "src", "training", "detection", "__init__.py");
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        // One letter of the module's docstring.
        bytes[4] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        // Until the change is committed, the image is not that of main.
        var main = await RegistryContent.FindDigestAsync(engine.Registry, Engine.Repository, "main");
        var changed = await checkout.SucceedAsync(engine.Arguments("Docker-Build"));
        Assert.Equal(main, await RegistryContent.FindDigestAsync(engine.Registry, Engine.Repository, "main"));
        await CommitAsync(checkout, "Change");

        await checkout.SucceedAsync(engine.Arguments("Docker-Push"));

        var after = await RegistryContent.LayersAsync(engine.Registry, Engine.Repository, checkout.ContentTag());
        Assert.Equal(before.Count, after.Count);
        // The two lowest layers are the base and its packages.
        Assert.Equal(before.Take(2), after.Take(2));
        Assert.Single(before.Zip(after), pair => pair.First != pair.Second);
        Assert.Contains(
            $"  since      {engine.Registry}/{Engine.Repository}:main: 1 input differs",
            changed.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("    changed  src/training/detection/__init__.py", changed.Output, StringComparison.Ordinal);
        Assert.Matches(@"\n +cached +([\d.]+ MB)? +\[dependencies 2/2\] RUN ", changed.Output);
        Assert.Equal(
            await RegistryContent.FindDigestAsync(engine.Registry, Engine.Repository, checkout.ContentTag()),
            await RegistryContent.FindDigestAsync(engine.Registry, Engine.Repository, "main")
        );
    }

    private static Task CommitAsync(Checkout checkout, string message) =>
        GitAsync(checkout, "-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--quiet", "--all", $"--message={message}");

    private static async Task GitAsync(Checkout checkout, params string[] arguments)
    {
        using var git = new HostRun("git", arguments, checkout.Root);
        await git.EndAsync();
        Assert.True(git.ExitCode == 0, git.Output);
    }
}
