using Experiments.Plans.Images;
using Fixtures;
using Fixtures.Checkouts;
using Images.Inputs;
using Images.Tests.Inputs;

namespace EndToEnd.Images;

/// <summary>Compares the files that a build receives with the inputs that the project computes.</summary>
public sealed class IgnoreRulesTests(Engine engine) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("ignore-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // The unit tests compare the project with the same table; what docker makes of it changes with docker alone.
    public static TheoryData<string> Cases =>
        [.. IgnoreCase.All.Select(one => one.Name).Where((_, place) => Seeds.IsNight || place % 6 == 0)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Build_ReceivesTheFilesThatAreNotIgnored(string name)
    {
        var rules = IgnoreCase.Find(name);
        var context = Path.Combine(folder, "context");
        foreach (var (file, text) in IgnoreCase.Tree.Select(file => (file, file)).Append((".dockerignore", rules.Rules)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(context, file))!);
            await File.WriteAllTextAsync(Path.Combine(context, file), text, TestContext.Current.CancellationToken);
        }

        var sent = await SendAsync(context);

        Assert.Equal(rules.LeftFiles, sent.Where(file => file != ".dockerignore"));
    }

    [Fact]
    public async Task Build_ReceivesExactlyTheInputsOfTheImage_FromTheRepository()
    {
        var inputs = ImageInputs.Read(Checkout.Repository, GpuImage.Dockerfile, new Dictionary<string, string>());

        var sent = await SendAsync(Checkout.Repository);

        Assert.Equal(inputs.Files.Select(file => file.Path), sent);
        Assert.Contains("src/training/detection/__main__.py", sent);
        Assert.Contains("docker/gpu/requirements.txt", sent);
        Assert.All(sent, file =>
            Assert.Matches(
                @"^(src/training/(pyproject\.toml|detection/([a-z_0-9]+/)*[a-z_0-9]+(\.py|(\.schema)?\.json|\.js|\.css))"
                    + @"|docker/(gpu|cpu)/requirements[a-z-]*\.txt)$",
                file
            )
        );
        Assert.All(inputs.Files, file => Assert.Equal(ImageInputKind.File, file.Kind));
    }

    private async Task<IReadOnlyList<string>> SendAsync(string context)
    {
        // Outside the context, so that it is not one of its files.
        var dockerfile = Path.Combine(folder, "Dockerfile");
        var received = Path.Combine(folder, "received");
        await File.WriteAllTextAsync(dockerfile, "FROM scratch\nCOPY . /\n", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(received);
        (await engine.DockerAsync("build", "--file", dockerfile, "--output", $"type=local,dest={received}", context)).Succeeded();
        return
        [
            .. Directory
                .EnumerateFiles(
                    received,
                    "*",
                    new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }
                )
                .Select(file => Path.GetRelativePath(received, file).Replace('\\', '/'))
                .Order(StringComparer.Ordinal),
        ];
    }
}
