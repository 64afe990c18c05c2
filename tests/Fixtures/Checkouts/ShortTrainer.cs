namespace Fixtures.Checkouts;

/// <summary>
/// The trainer without its plots and exports. Both take longer than the few steps that most tests train for, and have tests of their own.
/// </summary>
internal static class ShortTrainer
{
    /// <summary>The folder of the trainer, relative to a checkout.</summary>
    private static readonly string Sources = Path.Combine("src", "training");

    private const string Loop = "detection/train/loop.py";

    // A run of so many steps never completes: a test ends it, and the others need the processor until then.
    private const string Pauses = """


        import time

        PAUSED_FROM = 10000


        class _Pause:
            def before_step(self, done):
                time.sleep(0.1)

            def after_step(self, step):
                pass


        def run_steps(trainer, batches, hooks, *, steps, accumulate=1, run=run_steps):
            if steps >= PAUSED_FROM:
                hooks = [*hooks, _Pause()]
            return run(trainer, batches, hooks, steps=steps, accumulate=accumulate)

        """;

    // Functions that do nothing, and what they return.
    private static readonly (string File, string Function, string Result)[] Replaced =
    [
        ("detection/evaluate/pictures/plots.py", "write_plots", "[]"),
        ("detection/export/final_model.py", "export", "\"\""),
    ];

    private static readonly Lazy<string> Shared = new(CreateShared);

    /// <summary>Links it into a checkout; all checkouts of the process share it.</summary>
    public static void Link(string root)
    {
        Directory.CreateDirectory(Path.Combine(root, "src"));
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(Checkout.Repository, "src")))
        {
            var target = Path.GetFileName(folder) == "training" ? Shared.Value : folder;
            Directory.CreateSymbolicLink(Path.Combine(root, "src", Path.GetFileName(folder)), target);
        }
    }

    /// <summary>Shortens the copy of the trainer that a checkout has.</summary>
    public static void Shorten(string root)
    {
        foreach (var (file, function, result) in Replaced)
        {
            var path = Path.Combine(root, Sources, file);
            Assert.Contains($"\ndef {function}(", File.ReadAllText(path), StringComparison.Ordinal);
            File.AppendAllText(path, $"\n\ndef {function}(*given, **named):\n    return {result}\n");
        }

        File.AppendAllText(Path.Combine(root, Sources, Loop), Pauses);
    }

    /// <summary>Lets every training of a checkout's own copy pause between its steps.</summary>
    public static void Pause(string root)
    {
        foreach (var folder in new[] { "src", Sources })
            Assert.Null(new DirectoryInfo(Path.Combine(root, folder)).LinkTarget);
        File.AppendAllText(Path.Combine(root, Sources, Loop), "\nPAUSED_FROM = 1\n");
    }

    private static string CreateShared()
    {
        var root = Directory.CreateTempSubdirectory("model-training-trainer-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, recursive: true);
        Checkout.Copy(Sources, root);
        Shorten(root);
        return Path.Combine(root, Sources);
    }
}
