namespace Experiments.VmSizes;

/// <summary>Knows the VM sizes with several GPUs, so that a plan needs no request to the region.</summary>
/// <remarks>
/// Source: <see href="https://learn.microsoft.com/azure/virtual-machines/sizes/overview"/>, the accelerators of each series. A size that
/// is not listed has one GPU or none.
/// </remarks>
public static class VmGpus
{
    private static readonly Dictionary<string, int> Several = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Standard_NC64as_T4_v3"] = 4,
        ["Standard_NV72ads_A10_v5"] = 2,
        ["Standard_NC48ads_A100_v4"] = 2,
        ["Standard_NC96ads_A100_v4"] = 4,
        ["Standard_NC80adis_H100_v5"] = 2,
        ["Standard_NC12s_v3"] = 2,
        ["Standard_NC24s_v3"] = 4,
        ["Standard_NC24rs_v3"] = 4,
        ["Standard_ND40rs_v2"] = 8,
        ["Standard_ND96asr_v4"] = 8,
        ["Standard_ND96amsr_A100_v4"] = 8,
        ["Standard_ND96isr_H100_v5"] = 8,
        ["Standard_ND96isr_H200_v5"] = 8,
    };

    /// <summary>Returns the processes of a job on one node of a size: one per GPU, and one on a size without.</summary>
    /// <param name="vmSize">As in <c>Standard_NC64as_T4_v3</c>, in any case.</param>
    public static int ProcessesOf(string vmSize) => Several.GetValueOrDefault(vmSize, 1);
}
