using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Computes;

/// <summary>Holds what decides how a cluster scales.</summary>
internal sealed record ClusterSettings(VmSize Size, int MinNodes, int MaxNodes, TimeSpan IdleTimeBeforeScaleDown)
{
    /// <summary>The member of a compute's properties that says why its provisioning failed.</summary>
    public const string Failure = "provisioningErrors";

    /// <summary>Gets whether its nodes may be taken away and count against the low-priority quota.</summary>
    public bool IsLowPriority { get; init; }

    private static readonly TimeSpan DefaultIdleTime = TimeSpan.FromMinutes(2);

    /// <summary>Reads and validates a compute's body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="region">Region whose VM sizes it may have.</param>
    /// <returns>Either the settings or what is wrong with the body.</returns>
    public static (ClusterSettings? Settings, string? Fault) Read(JsonObject body, string region)
    {
        var properties = body.Object("properties");
        switch (properties.Text("computeType"))
        {
            case "AmlCompute":
                break;
            case null:
                return (null, "properties.computeType is missing; it must be AmlCompute.");
            case var other:
                return (null, $"properties.computeType is '{other}'; it must be AmlCompute, the only compute type that is emulated.");
        }

        var own = properties.Object("properties");
        if (own.Text("vmSize") is not { Length: > 0 } sizeName)
            return (null, "properties.properties.vmSize is missing; it must name a VM size.");
        if (VmSize.In(region).FirstOrDefault(known => known.Name.Equals(sizeName, StringComparison.OrdinalIgnoreCase)) is not { } size)
        {
            return (
                null,
                $"The specified value {sizeName} for property Cluster.Properties.VMSize is not a supported VM size. "
                    + $"Supported VM sizes: {string.Join(',', VmSize.In(region).Select(known => known.Name.ToUpperInvariant()))}"
            );
        }

        var (scale, fault) = ReadScale(own.Object("scaleSettings") ?? new JsonObject { ["maxNodeCount"] = 1 });
        return scale is null ? (null, fault) : (scale with { Size = size, IsLowPriority = own.Text("vmPriority") == "LowPriority" }, null);
    }

    /// <summary>Reads why a stored compute's provisioning failed; null when it did not.</summary>
    public static ArmError? ReadFailure(JsonObject body) =>
        body.Object("properties").Array(Failure) is [var first, ..] && first.Object("error") is { } error
            ? new(error.Text("code") ?? "", error.Text("message") ?? "")
            : null;

    /// <summary>Reads <c>scaleSettings</c> alone; the caller sets <see cref="Size"/> of the result.</summary>
    public static (ClusterSettings? Settings, string? Fault) ReadScale(JsonObject scale)
    {
        if (scale.Integer("maxNodeCount") is not { } maximum)
            return (null, "scaleSettings.maxNodeCount is missing; it must be the largest number of nodes.");
        var minimum = scale.Integer("minNodeCount") ?? 0;
        if (minimum < 0 || maximum < minimum || maximum > 1000)
        {
            return (
                null,
                $"scaleSettings has minNodeCount {minimum} and maxNodeCount {maximum}; they must be 0 <= minNodeCount <= maxNodeCount <= "
                    + "1000."
            );
        }

        var idle = DefaultIdleTime;
        if (scale.Text("nodeIdleTimeBeforeScaleDown") is { } text)
        {
            (idle, var wrong) = Durations.Read(text, "scaleSettings.nodeIdleTimeBeforeScaleDown");
            if (wrong is not null)
                return (null, wrong);
        }

        return (new(VmSize.All[0], (int)minimum, (int)maximum, idle), null);
    }
}
