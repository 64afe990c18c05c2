using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Experiments.Json;

/// <summary>Computes hashes of content.</summary>
public static class ContentHash
{
    /// <summary>SHA-256 of the text's UTF-8 bytes: 64 hex digits, lower case.</summary>
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>
    /// Returns the hash of the value's JSON on one line. The order of keys counts, so write them in a fixed order.
    /// </summary>
    public static string Of(JsonNode value) => Of(value.ToJsonString(RecordJson.Compact));
}
