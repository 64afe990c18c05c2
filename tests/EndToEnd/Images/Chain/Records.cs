using System.Text.Json.Nodes;
using Fixtures.Checkouts;

namespace EndToEnd.Images.Chain;

/// <summary>Reads the records of the last plan's stages.</summary>
internal static class Records
{
    public static JsonNode ReadRecord(this Checkout checkout, string stage)
    {
        var artifacts = Path.Combine(checkout.Root, "artifacts");
        var plan = (string)JsonNode.Parse(File.ReadAllText(Path.Combine(artifacts, "plan.json")))!["name"]!;
        return JsonNode.Parse(File.ReadAllText(Path.Combine(artifacts, plan, $"{stage}.json")))!;
    }

    /// <summary>Gets <c>registry/repository@sha256:…</c> from the record of Docker-Push.</summary>
    public static string PushedImage(this Checkout checkout) => (string)checkout.ReadRecord("pushed-image")["image"]!;

    /// <summary>Gets the content tag.</summary>
    public static string ContentTag(this Checkout checkout) => (string)checkout.ReadRecord("pushed-image")["tags"]![0]!;
}
