using System.Text.Json;
using Workspaces.DataPlane;

namespace Images.Registry;

/// <summary>Describes an image by its manifest and its configuration.</summary>
/// <param name="ConfigDigest">Digest of the configuration, which Docker calls the image's ID.</param>
/// <param name="Created">Time of the build; null when the image does not contain it.</param>
/// <param name="Labels">Labels by name.</param>
/// <param name="Layers">The layers, lowest first.</param>
/// <param name="History">The instructions of the build in their order, including those without a layer.</param>
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
