using System.Runtime.Versioning;
using Experiments.Json;
using Experiments.Plans.Images;
using Fixtures;
using Images.Inputs;

namespace Images.Tests.Inputs;

public sealed class ImageInputsTests : IDisposable
{
    private const string Dockerfile = "docker/gpu/Dockerfile";

    private readonly TemporaryFolder folder = new();

    public ImageInputsTests() => WriteCheckout("checkout");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Hash_IsThatOfTheContent() =>
        // A fixed value, to detect a difference between operating systems or an accidental change of the format, which would rename every
        // image.
        Assert.Equal("48599b201d24dafdf06c89a973aae2891c62b65368a77ad2b403bbd18af3f1e9", Read().Hash);

    [Fact]
    public void Tag_BeginsTheHash() => Assert.Equal("sha-" + Read().Hash[..20], Read().Tag);

    [Fact]
    public void Files_AreNotIgnored_InTheOrderOfTheirBytes()
    {
        Write("src/𝔞.py", "beyond the basic plane");
        Write("src/．py", "within it, and after it in UTF-16");

        Assert.Equal(["src/a.py", "src/b.py", "src/．py", "src/𝔞.py"], Read().Files.Select(file => file.Path));
    }

    [Fact]
    public void Hash_IsTheSame_WhenFileTimesDiffer()
    {
        var before = Read().Hash;
        foreach (var file in Directory.EnumerateFiles(folder.Root, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));

        Assert.Equal(before, Read().Hash);
    }

    [Fact]
    public void Hash_IsTheSame_WhenTheCheckoutIsElsewhere()
    {
        WriteCheckout("another place/of it");

        Assert.Equal(Read().Hash, Read(checkout: "another place/of it").Hash);
    }

    [Fact]
    public void Hash_IsTheSame_WhenAnIgnoredFileDiffers()
    {
        var before = Read().Hash;
        Write("src/tests/a.py", "changed");
        Write("artifacts/new", "");

        Assert.Equal(before, Read().Hash);
    }

    [Fact]
    public void Hash_IsTheSame_WhenBuildArgumentsHaveAnotherOrder() =>
        Assert.Equal(Read(arguments: [("A", "1"), ("B", "2")]).Hash, Read(arguments: [("B", "2"), ("A", "1")]).Hash);

    public static TheoryData<string, string, string> Changes =>
        new()
        {
            { "one byte of a file", "src/a.py", "print(2)\n" },
            { "a new file", "src/c.py", "" },
            { "one byte of the Dockerfile", Dockerfile, "FROM scratch" },
            { "line ends", "src/a.py", "print(1)\r\n" },
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Hash_Differs_WhenAnInputDiffers(string what, string path, string text)
    {
        var before = Read().Hash;
        Write(path, text);

        Assert.True(before != Read().Hash, what);
    }

    [Fact]
    public void Hash_Differs_WhenAFileIsRenamed()
    {
        var before = Read().Hash;
        File.Move(FullPath("src/a.py"), FullPath("src/c.py"));

        Assert.NotEqual(before, Read().Hash);
    }

    [Fact]
    public void Hash_Differs_WhenTheDockerfileIsAnother()
    {
        Write("docker/cpu/Dockerfile", File.ReadAllText(FullPath(Dockerfile)));

        Assert.NotEqual(Read().Hash, Read("docker/cpu/Dockerfile").Hash);
    }

    [Fact]
    public void Hash_Differs_WhenABuildArgumentDiffers()
    {
        string[] hashes =
        [
            Read().Hash,
            Read(arguments: [("A", "")]).Hash,
            Read(arguments: [("A", "1")]).Hash,
            Read(arguments: [("A", "2")]).Hash,
            Read(arguments: [("B", "1")]).Hash,
            Read(arguments: [("A", "1"), ("B", "1")]).Hash,
            // A value that imitates the lines of other arguments.
            Read(arguments: [("A", "1\nargument\u001FB\u001F1")]).Hash,
        ];

        Assert.Distinct(hashes);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Hash_Differs_WhenAFileBecomesExecutable()
    {
        var before = Read();
        File.SetUnixFileMode(FullPath("src/a.py"), File.GetUnixFileMode(FullPath("src/a.py")) | UnixFileMode.UserExecute);

        var after = Read();

        Assert.NotEqual(before.Hash, after.Hash);
        Assert.Equal((ImageInputKind.File, ImageInputKind.Executable), (before.Files[0].Kind, after.Files[0].Kind));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Hash_IsTheSame_WhenOnlyTheMaskOfTheCheckoutDiffers()
    {
        var before = Read().Hash;
        File.SetUnixFileMode(FullPath("src/a.py"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Equal(before, Read().Hash);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Hash_Differs_WhenALinkPointsElsewhere()
    {
        File.CreateSymbolicLink(FullPath("src/link"), "a.py");
        var before = Read();
        File.Delete(FullPath("src/link"));
        File.CreateSymbolicLink(FullPath("src/link"), "b.py");

        Assert.NotEqual(before.Hash, Read().Hash);
        Assert.Equal(new ImageInput("src/link", ContentHash.Of("a.py"), 4, ImageInputKind.Link), before.Files[2]);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Files_StayWithinTheContext_WhenALinkLeadsToAFolder()
    {
        Directory.CreateSymbolicLink(FullPath("src/everything"), "..");

        Assert.Equal(["src/a.py", "src/b.py", "src/everything"], Read().Files.Select(file => file.Path));
    }

    [Fact]
    public void Read_UsesTheDockerfilesOwnIgnoreFile_WhenItExists()
    {
        Write(Dockerfile + ".dockerignore", "*\n!src/b.py\n");

        Assert.Equal(["src/b.py"], Read().Files.Select(file => file.Path));
    }

    [Fact]
    public void BaseImage_IsTheDefault_UnlessAnotherIsGiven()
    {
        var inputs = Read();
        var given = Read(arguments: [("BASE_IMAGE", "debian-base:bookworm")]);

        Assert.Equal(("nvidia/cuda:13@sha256:0a1b", "sha256:0a1b"), (inputs.BaseImage, inputs.BaseDigest));
        Assert.Equal(("debian-base:bookworm", null), (given.BaseImage, given.BaseDigest));
        Assert.Equal(["BASE_IMAGE", "REQUIREMENTS"], inputs.Arguments.Keys);
    }

    [Fact]
    public void Read_NamesTheDockerfile_WhenItIsMissing()
    {
        var error = Assert.Throws<FileNotFoundException>(() => Read("docker/tpu/Dockerfile"));

        Assert.Equal($"docker/tpu/Dockerfile is missing; it must be a Dockerfile below {FullPath("").TrimEnd('/')}.", error.Message);
    }

    private ImageInputs Read(
        string dockerfile = Dockerfile,
        string checkout = "checkout",
        params (string Name, string Value)[] arguments
    ) =>
        ImageInputs.Read(
            Path.Combine(folder.Root, checkout),
            dockerfile,
            arguments.ToDictionary(argument => argument.Name, argument => argument.Value)
        );

    private string FullPath(string path) => Path.Combine(folder.Root, "checkout", path);

    private void Write(string path, string text) => folder.Write("checkout/" + path, text);

    private void WriteCheckout(string checkout)
    {
        folder.Write(checkout + "/.dockerignore", "*\n!src\nsrc/tests\n");
        folder.Write(
            checkout + "/" + Dockerfile,
            "# Base.\nARG BASE_IMAGE=nvidia/cuda:13@sha256:0a1b\n"
                + "arg REQUIREMENTS=\"a.txt\" OTHER\nFROM ${BASE_IMAGE}\nARG LATER=1\nCOPY src /src\n"
        );
        folder.Write(checkout + "/src/a.py", "print(1)\n");
        folder.Write(checkout + "/src/b.py", "print(1)\n");
        folder.Write(checkout + "/src/tests/a.py", "assert True\n");
        folder.Write(checkout + "/README.md", "Not an input.\n");
    }
}
