using Fixtures.Registries;
using Images.Attestations;
using Images.Registry;
using Images.Tests.Registry;

namespace Images.Tests.Attestations;

public sealed class AttestationCheckTests : IAsyncLifetime
{
    private const string Slsa = "https://slsa.dev/provenance/v1";
    private const string OlderSlsa = "https://slsa.dev/provenance/v0.2";
    private const string Spdx = "https://spdx.dev/Document";

    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;
    private DistributionRegistry server = null!;
    private ImageRegistry registry = null!;
    private SmallImage image = null!;

    public async ValueTask InitializeAsync()
    {
        server = await DistributionRegistry.StartAsync(cancellationToken: cancellation);
        registry = new ImageRegistry(new RegistryConnection(server.Name, "r"));
        image = await SmallImage.PushAsync(server.Address, "r", "plain", cancellationToken: cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        registry.Dispose();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData(Slsa)]
    [InlineData(OlderSlsa)]
    public async Task FindFault_IsNull_WhenProvenanceAndBillAreOfTheImage(string type)
    {
        await PushAsync((type, Statement(type, image.Digest, "hash")), (Spdx, Statement(Spdx, image.Digest)));

        Assert.Null(await FindFaultAsync("hash"));
    }

    [Fact]
    public async Task FindFault_SaysSo_WhenTheImageHasNoIndex() =>
        Assert.Equal("it has no attestations", await FindFaultAsync("hash", tag: "plain"));

    [Fact]
    public async Task FindFault_NamesTheProvenance_WhenItIsMissingOrOfAnotherImage()
    {
        await PushAsync((Spdx, Statement(Spdx, image.Digest)));
        Assert.Equal($"{image.Digest} has no provenance (SLSA)", await FindFaultAsync("hash"));

        await PushAsync((Slsa, Statement(Slsa, $"sha256:{new string('0', 64)}", "hash")), (Spdx, Statement(Spdx, image.Digest)));
        Assert.Equal($"{image.Digest} has no provenance (SLSA)", await FindFaultAsync("hash"));
    }

    [Fact]
    public async Task FindFault_NamesTheInputs_WhenTheProvenanceIsOfOthers()
    {
        await PushAsync((Slsa, Statement(Slsa, image.Digest, "other")), (Spdx, Statement(Spdx, image.Digest)));

        Assert.Equal($"the provenance of {image.Digest} is of other inputs than hash", await FindFaultAsync("hash"));
        Assert.Null(await FindFaultAsync(inputsHash: null));
    }

    [Fact]
    public async Task FindFault_NamesTheBill_WhenItIsMissing()
    {
        await PushAsync((Slsa, Statement(Slsa, image.Digest, "hash")), (Spdx, "no JSON"));

        Assert.Equal($"{image.Digest} has no bill of materials (SPDX)", await FindFaultAsync("hash"));
    }

    private async Task PushAsync(params (string Type, string Statement)[] statements)
    {
        var manifest = await IndexImage.AttestAsync(server.Address, "r", cancellation, statements);
        await IndexImage.PushAsync(server.Address, "r", "v1", [image], cancellation, (image.Digest, manifest));
    }

    private async Task<string?> FindFaultAsync(string? inputsHash, string tag = "v1") =>
        await new AttestationCheck(registry).FindFaultAsync((await registry.FindAsync(tag, cancellation))!, inputsHash, cancellation);

    private static string Statement(string type, string subject, string? inputsHash = null)
    {
        var arguments = $$"""{"label:io.model-training.inputs":"{{inputsHash}}"}""";
        var predicate =
            type == Slsa ? $$"""{"buildDefinition":{"externalParameters":{"request":{"args":{{arguments}}} } } }"""
            : type == OlderSlsa ? $$"""{"invocation":{"parameters":{"args":{{arguments}}} } }"""
            : "{}";
        return $$$"""
            {"_type":"https://in-toto.io/Statement/v0.1","predicateType":"{{{type}}}",
             "subject":[{"name":"pkg:docker/r","digest":{"sha256":"{{{subject["sha256:".Length..]}}}"}}],"predicate":{{{predicate}}} }
            """;
    }
}
