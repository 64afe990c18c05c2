using System.Text.Json;

namespace CodeHosts.Http;

/// <summary>A response that was accepted.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The body; undefined for an empty one.</param>
/// <param name="Next">The address of the next page; null on the last one.</param>
internal sealed record HostResponse(int Status, JsonElement Body, Uri? Next);
