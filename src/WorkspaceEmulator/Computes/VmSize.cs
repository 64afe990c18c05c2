namespace WorkspaceEmulator.Computes;

/// <summary>Describes one VM size.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Family">Series that the vCPU quota counts: <c>NCASv3_T4</c>.</param>
/// <param name="Cores">vCPUs.</param>
/// <param name="Gpus">GPUs; a fraction of one counts as one.</param>
/// <param name="MemoryGigabytes">Memory in GiB, as the service counts it.</param>
/// <param name="DiskGigabytes">Temporary disk in GiB.</param>
/// <param name="Price">Approximate price per hour on Linux, in USD; null where the service gives none.</param>
/// <param name="Regions">The only regions that have it; null when all do.</param>
internal sealed record VmSize(
    string Name,
    string Family,
    int Cores,
    int Gpus,
    double MemoryGigabytes,
    int DiskGigabytes,
    double? Price = null,
    IReadOnlyList<string>? Regions = null
)
{
    private const double WindowsPricePerCore = 0.046;
    private const double LowPriorityShare = 0.2;

    private static readonly string[] A100Regions =
    [
        "australiaeast",
        "eastus",
        "eastus2",
        "japaneast",
        "northeurope",
        "southcentralus",
        "southeastasia",
        "swedencentral",
        "uksouth",
        "westeurope",
        "westus2",
        "westus3",
    ];
    private static readonly string[] A10Regions =
    [
        "australiaeast",
        "eastus",
        "eastus2",
        "japaneast",
        "northeurope",
        "southcentralus",
        "uksouth",
        "westeurope",
        "westus2",
        "westus3",
    ];
    private static readonly string[] H100Regions = ["eastus", "eastus2", "southcentralus", "swedencentral", "westus2", "westus3"];
    private static readonly string[] NdRegions = ["eastus", "southcentralus", "swedencentral", "westeurope", "westus2"];

    /// <summary>A selection of the sizes that Azure offers, with Azure's figures and without retired sizes.</summary>
    public static readonly IReadOnlyList<VmSize> All =
    [
        new("Standard_DS2_v2", "DSv2", 2, 0, 7, 14, 0.146),
        new("Standard_DS3_v2", "DSv2", 4, 0, 14, 28, 0.293),
        new("Standard_DS4_v2", "DSv2", 8, 0, 28, 56, 0.585),
        new("Standard_DS12_v2", "DSv2", 4, 0, 28, 56, 0.37),
        new("Standard_D2s_v3", "DSv3", 2, 0, 8, 16, 0.096),
        new("Standard_D4s_v3", "DSv3", 4, 0, 16, 32, 0.192),
        new("Standard_D8s_v3", "DSv3", 8, 0, 32, 64, 0.384),
        new("Standard_D16s_v3", "DSv3", 16, 0, 64, 128, 0.768),
        new("Standard_D4ds_v4", "DDSv4", 4, 0, 16, 150, 0.226),
        new("Standard_D8ds_v4", "DDSv4", 8, 0, 32, 300, 0.452),
        new("Standard_E2s_v3", "ESv3", 2, 0, 16, 32, 0.126),
        new("Standard_E4s_v3", "ESv3", 4, 0, 32, 64, 0.252),
        new("Standard_E4ds_v4", "EDSv4", 4, 0, 32, 150, 0.288),
        new("Standard_E8ds_v4", "EDSv4", 8, 0, 64, 300, 0.576),
        new("Standard_F2s_v2", "FSv2", 2, 0, 4, 16, 0.085),
        new("Standard_F4s_v2", "FSv2", 4, 0, 8, 32, 0.169),
        new("Standard_F8s_v2", "FSv2", 8, 0, 16, 64, 0.338),
        new("Standard_F16s_v2", "FSv2", 16, 0, 32, 128, 0.677),
        new("Standard_NC4as_T4_v3", "NCASv3_T4", 4, 1, 28, 176, 0.526),
        new("Standard_NC8as_T4_v3", "NCASv3_T4", 8, 1, 56, 352, 0.752),
        new("Standard_NC16as_T4_v3", "NCASv3_T4", 16, 1, 110, 352, 1.204),
        new("Standard_NC64as_T4_v3", "NCASv3_T4", 64, 4, 440, 2816, 4.352),
        new("Standard_NV6ads_A10_v5", "NVADSA10v5", 6, 1, 55, 180, 0.454, A10Regions),
        new("Standard_NV12ads_A10_v5", "NVADSA10v5", 12, 1, 110, 360, 0.908, A10Regions),
        new("Standard_NV36ads_A10_v5", "NVADSA10v5", 36, 1, 440, 1440, 3.2, A10Regions),
        new("Standard_NV72ads_A10_v5", "NVADSA10v5", 72, 2, 880, 2880, 6.52, A10Regions),
        new("Standard_NC24ads_A100_v4", "NCADSA100v4", 24, 1, 220, 960, 3.673, A100Regions),
        new("Standard_NC48ads_A100_v4", "NCADSA100v4", 48, 2, 440, 1920, 7.346, A100Regions),
        new("Standard_NC96ads_A100_v4", "NCADSA100v4", 96, 4, 880, 3840, 14.692, A100Regions),
        new("Standard_ND96asr_v4", "NDASv4_A100", 96, 8, 900, 6000, 27.197, NdRegions),
        new("Standard_ND96amsr_A100_v4", "NDAMSv4_A100", 96, 8, 1900, 6400, null, NdRegions),
        new("Standard_NC40ads_H100_v5", "NCadsH100v5", 40, 1, 320, 3576, 6.98, H100Regions),
        new("Standard_NC80adis_H100_v5", "NCadsH100v5", 80, 2, 640, 7152, 13.96, H100Regions),
        new("Standard_ND96isr_H100_v5", "NDSH100v5", 96, 8, 1900, 28000, null, H100Regions),
    ];

    /// <summary>Gets whether it is offered at low priority: whole machines with eight GPUs are not.</summary>
    public bool IsLowPriorityCapable => Gpus < 8;

    /// <summary>Gets estimated prices per hour by operating system and tier; empty when there are none.</summary>
    public IEnumerable<(string System, string Tier, double Price)> Prices =>
        Price is { } price
            ?
            [
                ("Linux", "Standard", price),
                ("Linux", "LowPriority", Math.Round(price * LowPriorityShare, 4)),
                ("Windows", "Standard", Math.Round(price + (Cores * WindowsPricePerCore), 4)),
            ]
            : [];

    /// <summary>Returns the sizes that a region has.</summary>
    public static IEnumerable<VmSize> In(string region) =>
        All.Where(size => size.Regions?.Contains(region, StringComparer.OrdinalIgnoreCase) != false);
}
