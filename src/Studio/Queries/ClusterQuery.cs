using System.Text.Json.Nodes;
using Studio.Runs;

namespace Studio.Queries;

/// <summary>Describes the clusters.</summary>
internal static class ClusterQuery
{
    public static JsonObject Read(IEnumerable<ClusterFacts> clusters) =>
        new()
        {
            ["clusters"] = Json.Of(
                clusters.Select(
                    JsonNode? (cluster) =>
                        new JsonObject
                        {
                            ["name"] = cluster.Name,
                            ["size"] = cluster.Size,
                            ["priority"] = cluster.Priority,
                            ["minNodes"] = cluster.MinNodes,
                            ["maxNodes"] = cluster.MaxNodes,
                            ["nodes"] = Json.Of(
                                cluster.Nodes.Select(
                                    JsonNode? (node) =>
                                        new JsonObject
                                        {
                                            ["id"] = node.Id,
                                            ["state"] = node.State,
                                            ["job"] = node.Job,
                                        }
                                )
                            ),
                            ["queue"] = Json.Of(cluster.Queue.Select(JsonNode? (job) => job)),
                            ["pricePerHour"] = cluster.PricePerHour,
                        }
                )
            ),
        };
}
