using System.Text.Json.Nodes;

namespace Docker.EndToEnd.Tests;

/// <summary>What the last plan's stages recorded.</summary>
internal static class Records
{
    public static JsonNode ReadRecord(this Checkout checkout, string stage) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Path.GetDirectoryName(checkout.PlanFile)!, $"{stage}.json")))!;

    /// <summary><c>registry/repository@sha256:…</c>, as Docker-Push recorded it.</summary>
    public static string PushedImage(this Checkout checkout) => (string)checkout.ReadRecord("pushed-image")["image"]!;

    /// <summary>The tag that names the image's content.</summary>
    public static string ContentTag(this Checkout checkout) => (string)checkout.ReadRecord("pushed-image")["tags"]![0]!;
}
