using System.Text.Json.Nodes;
using Fixtures.Checkouts;

namespace Docker.EndToEnd.Tests;

/// <summary>What the last plan's stages recorded.</summary>
internal static class Records
{
    public static JsonNode ReadRecord(this Checkout checkout, string stage)
    {
        var artifacts = Path.Combine(checkout.Root, "artifacts");
        var plan = (string)JsonNode.Parse(File.ReadAllText(Path.Combine(artifacts, "plan.json")))!["name"]!;
        return JsonNode.Parse(File.ReadAllText(Path.Combine(artifacts, plan, $"{stage}.json")))!;
    }

    /// <summary><c>registry/repository@sha256:…</c>, as Docker-Push recorded it.</summary>
    public static string PushedImage(this Checkout checkout) => (string)checkout.ReadRecord("pushed-image")["image"]!;

    /// <summary>The tag that names the image's content.</summary>
    public static string ContentTag(this Checkout checkout) => (string)checkout.ReadRecord("pushed-image")["tags"]![0]!;
}
