namespace Azure.Containers.ContainerRegistry.Tests;

public class CatalogueTests(AzureRegistryFixture registry) : IClassFixture<AzureRegistryFixture>
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetRepositoryNames_ReturnsTheNames_OfEveryPage()
    {
        string[] names = ["pages/a", "pages/b", "pages/c", "pages/d", "pages/e"];
        foreach (var name in names)
            await Images.PushAsync(registry.CreateContent(name), "v1");

        var pages = await registry.CreateClient().GetRepositoryNamesAsync(cancellation).AsPages(pageSizeHint: 2).ToListAsync(cancellation);

        Assert.All(pages.SkipLast(1), page => Assert.Equal(2, page.Values.Count));
        Assert.Equal(
            names,
            pages.SelectMany(page => page.Values).Where(name => name.StartsWith("pages/", StringComparison.Ordinal)).ToArray()
        );
    }

    [Fact]
    public async Task GetAllManifestProperties_ReturnsImages_WithTheirTags()
    {
        var content = registry.CreateContent("catalogue/manifests");
        var first = await Images.PushAsync(content, "v1", "one");
        var second = await Images.PushAsync(content, "v2", "two");

        var repository = registry.CreateClient().GetRepository("catalogue/manifests");
        var all = await repository
            .GetAllManifestPropertiesAsync(ArtifactManifestOrder.LastUpdatedOnDescending, cancellation)
            .ToListAsync(cancellation);

        Assert.Equal(
            new[] { first, second }.Order(StringComparer.Ordinal),
            all.Select(manifest => manifest.Digest).Order(StringComparer.Ordinal)
        );
        var one = all.Single(manifest => manifest.Digest == first);
        Assert.Equal(["v1"], one.Tags);
        Assert.Equal(ArtifactArchitecture.Amd64, one.Architecture);
        Assert.Equal(ArtifactOperatingSystem.Linux, one.OperatingSystem);
        Assert.True(one.CanDelete);
        Assert.InRange(one.CreatedOn, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.Equal("catalogue/manifests", one.RepositoryName);
    }

    [Fact]
    public async Task GetAllTagProperties_ReturnsTheTags_OfOneImage()
    {
        var content = registry.CreateContent("catalogue/tags");
        var digest = await Images.PushAsync(content, "v1", "one");
        await Images.PushAsync(content, "latest", "one");
        await Images.PushAsync(content, "other", "two");

        var artifact = registry.CreateClient().GetArtifact("catalogue/tags", "v1");
        var tags = await artifact.GetAllTagPropertiesAsync(cancellationToken: cancellation).ToListAsync(cancellation);

        Assert.Equal(["latest", "v1"], tags.Select(tag => tag.Name!).ToArray());
        Assert.All(tags, tag => Assert.Equal(digest, tag.Digest));
        Assert.Equal(digest, (await artifact.GetManifestPropertiesAsync(cancellation)).Value.Digest);
        Assert.Equal($"{registry.Front.Address.Authority}/catalogue/tags:v1", artifact.FullyQualifiedReference);
    }

    [Fact]
    public async Task DeleteTag_KeepsTheImage_WhenItHasOtherTags()
    {
        var content = registry.CreateContent("catalogue/untag");
        var digest = await Images.PushAsync(content, "v1");
        var artifact = registry.CreateClient().GetArtifact("catalogue/untag", digest);

        await artifact.DeleteTagAsync("v1", cancellation);

        var error = await Assert.ThrowsAsync<RequestFailedException>(() => artifact.GetTagPropertiesAsync("v1", cancellation));
        Assert.Equal("TAG_UNKNOWN", error.ErrorCode);
        Assert.Equal(digest, (await content.GetManifestAsync(digest, cancellation)).Value.Digest);
        Assert.Equal(404, (await artifact.DeleteTagAsync("v1", cancellation)).Status);
    }

    [Fact]
    public async Task Delete_RemovesTheImage_WhenItIsNamedByTag()
    {
        var content = registry.CreateContent("catalogue/delete");
        var digest = await Images.PushAsync(content, "v1");

        await registry.CreateClient().GetArtifact("catalogue/delete", "v1").DeleteAsync(cancellation);

        Assert.Equal(404, (await Assert.ThrowsAsync<RequestFailedException>(() => content.GetManifestAsync(digest, cancellation))).Status);
    }

    [Fact]
    public async Task DeleteRepository_RemovesIt_FromTheCatalogue()
    {
        await Images.PushAsync(registry.CreateContent("catalogue/gone"), "v1");
        var client = registry.CreateClient();

        await client.DeleteRepositoryAsync("catalogue/gone", cancellation);

        Assert.DoesNotContain(await client.GetRepositoryNamesAsync(cancellation).ToListAsync(cancellation), name =>
            name == "catalogue/gone"
        );
    }
}
