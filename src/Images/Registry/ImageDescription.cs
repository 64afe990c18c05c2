using System.Text.Json;
using Workspaces.DataPlane;

namespace Images.Registry;

/// <summary>What an image says of itself: its manifest and its configuration.</summary>
/// <param name="ConfigDigest">Digest of the configuration, which Docker calls the image's ID.</param>
/// <param name="Created">When it was built; null when it does not say.</param>
/// <param name="Labels">Labels by name.</param>
/// <param name="Layers">Its layers, lowest first.</param>
/// <param name="History">The instructions that made it, first to last, those without a layer too.</param>
public sealed record ImageDescription(
    string ConfigDigest,
    DateTimeOffset? Created,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<ImageLayer> Layers,
    IReadOnlyList<ImageHistory> History
)
{
    internal static ImageDescription Parse(BinaryData manifest, BinaryData config)
    {
        using var manifestJson = JsonDocument.Parse(manifest);
        using var configJson = JsonDocument.Parse(config);
        var layers = manifestJson
            .RootElement.Items("layers")
            .Select(layer => new ImageLayer(layer.Text("digest") ?? "", layer.GetProperty("size").GetInt64()))
            .ToList();
        var next = 0;
        var history = configJson
            .RootElement.Items("history")
            .Select(step =>
            {
                var isEmpty = step.TryGetProperty("empty_layer", out var empty) && empty.ValueKind == JsonValueKind.True;
                return new ImageHistory(step.Text("created_by") ?? "", isEmpty || next >= layers.Count ? null : layers[next++]);
            })
            .ToList();
        return new ImageDescription(
            manifestJson.RootElement.GetProperty("config").Text("digest") ?? "",
            configJson.RootElement.TryGetProperty("created", out var created) && created.TryGetDateTimeOffset(out var time) ? time : null,
            configJson.RootElement.TryGetProperty("config", out var inner) && inner.ValueKind == JsonValueKind.Object
                ? inner.TextMap("Labels")
                : new Dictionary<string, string>(StringComparer.Ordinal),
            layers,
            history
        );
    }
}

/// <summary>One layer, as it is stored.</summary>
/// <param name="Digest"><c>sha256:…</c>.</param>
/// <param name="Size">Bytes, compressed.</param>
public sealed record ImageLayer(string Digest, long Size);

/// <summary>One instruction of a Dockerfile.</summary>
/// <param name="Instruction">As the builder wrote it down.</param>
/// <param name="Layer">The layer it made; null when it made none.</param>
public sealed record ImageHistory(string Instruction, ImageLayer? Layer);
