using System.Text.Json;
using Images.Building;
using Images.Registry;
using Workspaces.DataPlane;
using Workspaces.Errors;

namespace Images.Attestations;

/// <summary>Checks that the registry has the provenance and the bill of materials of an image.</summary>
/// <remarks>
/// BuildKit stores them beside the image, in the index that names both: in-toto statements, of which the subject is the image's manifest.
/// They carry no signature, so they tell how an image was built and not who says so.
/// Source: docs/attestations/attestation-storage.md and slsa-definitions.md of moby/buildkit.
/// </remarks>
/// <param name="registry">The repository of the image.</param>
public sealed class AttestationCheck(ImageRegistry registry)
{
    private const string Provenance = "https://slsa.dev/provenance/";
    private const string BillOfMaterials = "https://spdx.dev/Document";
    private const string PredicateType = "in-toto.io/predicate-type";

    // What BuildKit calls the argument of docker for a label.
    private const string InputsArgument = $"label:{ImageLabels.Inputs}";

    /// <summary>Finds what an image lacks.</summary>
    /// <param name="manifest">The manifest of the image.</param>
    /// <param name="inputsHash">The hash of the inputs that the provenance must name; null for the image of another project.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <returns>A clause without a full stop; null when nothing lacks.</returns>
    /// <exception cref="WorkspaceException">The registry refused or did not respond.</exception>
    public async Task<string?> FindFaultAsync(ImageManifest manifest, string? inputsHash, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (ImageIndex.Parse(manifest) is not { Images.Count: > 0 and <= ImageIndex.MostImages } index)
            return "it has no attestations";
        foreach (var image in index.Images)
        {
            var statements = new List<(string Type, bool NamesInputs)>();
            foreach (var attestation in index.Attestations[image].Take(ImageIndex.MostImages))
                statements.AddRange(await ReadAsync(attestation, image, inputsHash, cancellationToken));
            if (!statements.Exists(statement => statement.Type.StartsWith(Provenance, StringComparison.Ordinal)))
                return $"{image} has no provenance (SLSA)";
            if (!statements.Exists(statement => statement.Type.StartsWith(Provenance, StringComparison.Ordinal) && statement.NamesInputs))
                return $"the provenance of {image} is of other inputs than {inputsHash}";
            if (!statements.Exists(statement => statement.Type == BillOfMaterials))
                return $"{image} has no bill of materials (SPDX)";
        }

        return null;
    }

    /// <summary>Reads the statements of an attestation manifest that are about an image.</summary>
    private async Task<List<(string Type, bool NamesInputs)>> ReadAsync(
        string attestation,
        string image,
        string? inputsHash,
        CancellationToken cancellationToken
    )
    {
        var statements = new List<(string, bool)>();
        try
        {
            if (await registry.FindAsync(attestation, cancellationToken) is not { } manifest)
                return statements;
            using var json = JsonDocument.Parse(manifest.Content);
            foreach (var layer in json.RootElement.Items("layers"))
            {
                if (layer.TextMap("annotations").GetValueOrDefault(PredicateType) is not { } type)
                    continue;
                using var statement = JsonDocument.Parse(await registry.ReadDocumentAsync(layer, cancellationToken));
                if (statement.RootElement.Text("predicateType") == type && IsAbout(statement.RootElement, image))
                    statements.Add((type, inputsHash is null || InputsOf(statement.RootElement) == inputsHash));
            }
        }
        catch (Exception error)
            when (error is JsonException or InvalidOperationException || (error as WorkspaceException)?.ErrorCode == ImageRegistry.NoImage)
        {
            // What cannot be read states nothing.
        }

        return statements;
    }

    private static bool IsAbout(JsonElement statement, string image) =>
        statement.Items("subject").Any(subject => $"sha256:{subject.TextMap("digest").GetValueOrDefault("sha256")}" == image);

    // SLSA 1 and SLSA 0.2 have the arguments of the build in different places.
    private static string? InputsOf(JsonElement statement) =>
        Find(statement, "predicate", "buildDefinition", "externalParameters", "request", "args")?.Text(InputsArgument)
        ?? Find(statement, "predicate", "invocation", "parameters", "args")?.Text(InputsArgument);

    private static JsonElement? Find(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }

        return element.ValueKind == JsonValueKind.Object ? element : null;
    }
}
