namespace WorkspaceEmulator.Computes;

/// <summary>One VM size that clusters can be made of.</summary>
/// <remarks><c>MemoryGigabytes</c>: Memory in GiB, as the service counts it. <c>ResourceVolumeMegabytes</c>: Temporary disk in MiB.</remarks>
internal sealed record VmSize(string Name, string Family, int Cores, int Gpus, double MemoryGigabytes, int ResourceVolumeMegabytes, bool LowPriorityCapable)
{
    /// <summary>Vcpus each family, and the region as a whole, may use; the emulator's own figure.</summary>
    public const int QuotaCores = 100;

    public static readonly IReadOnlyList<VmSize> All =
    [
        new("Standard_DS2_v2", "Standard DSv2 Family vCPUs", 2, 0, 7, 14336, true),
        new("Standard_DS3_v2", "Standard DSv2 Family vCPUs", 4, 0, 14, 28672, true),
        new("Standard_D4s_v3", "Standard DSv3 Family vCPUs", 4, 0, 16, 32768, true),
        new("Standard_E4ds_v4", "Standard EDSv4 Family vCPUs", 4, 0, 32, 153600, true),
        new("Standard_F8s_v2", "Standard FSv2 Family vCPUs", 8, 0, 16, 65536, true),
        new("Standard_NC4as_T4_v3", "Standard NCASv3_T4 Family vCPUs", 4, 1, 28, 180224, true),
        new("Standard_NC8as_T4_v3", "Standard NCASv3_T4 Family vCPUs", 8, 1, 56, 360448, true),
        new("Standard_NC16as_T4_v3", "Standard NCASv3_T4 Family vCPUs", 16, 1, 110, 360448, true),
        new("Standard_NC64as_T4_v3", "Standard NCASv3_T4 Family vCPUs", 64, 4, 440, 2883584, true),
        new("Standard_NC6s_v3", "Standard NCSv3 Family vCPUs", 6, 1, 112, 753664, true),
        new("Standard_NC24ads_A100_v4", "Standard NCADSA100v4 Family vCPUs", 24, 1, 220, 983040, true),
        new("Standard_NC48ads_A100_v4", "Standard NCADSA100v4 Family vCPUs", 48, 2, 440, 1966080, true),
    ];

    public static VmSize? Find(string name) => All.FirstOrDefault(size => size.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
