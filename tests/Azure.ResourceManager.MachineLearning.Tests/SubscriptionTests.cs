using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;
using Azure.ResourceManager.Resources;

namespace Azure.ResourceManager.MachineLearning.Tests;

public class SubscriptionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetMachineLearningVmSizesAsync_ReadsEveryMember()
    {
        using var arm = new ScriptedArm().Answer(200, ScriptedArm.Example("vmSizes.json"));

        var sizes = await Subscription(arm).GetMachineLearningVmSizesAsync(AzureLocation.WestEurope, Stop).ToListAsync(Stop);

        Assert.Equal(ScriptedArm.Read("Requests/list-vm-sizes.expected.txt"), arm.Transcript);
        var size = sizes[0];
        Assert.Equal(("Standard_NC4as_T4_v3", "standardNCASv3_T4Family"), (size.Name, size.Family));
        Assert.Equal((4, 1, 1047552, 180224, 28.5), (size.VCpus, size.Gpus, size.OSVhdSizeMB, size.MaxResourceVolumeMB, size.MemoryGB));
        Assert.Equal((true, true), (size.LowPriorityCapable, size.IsPremiumIOSupported));
        Assert.Equal(["AmlCompute", "ComputeInstance"], size.SupportedComputeTypes);
        var prices = size.EstimatedVmPrices!;
        Assert.Equal(
            (MachineLearningBillingCurrency.Usd, MachineLearningUnitOfMeasure.OneHour),
            (prices.BillingCurrency, prices.UnitOfMeasure)
        );
        Assert.Equal(
            [
                (0.526, MachineLearningVmPriceOSType.Linux, MachineLearningVmTier.Standard),
                (0.1, MachineLearningVmPriceOSType.Linux, MachineLearningVmTier.LowPriority),
                (0.71, MachineLearningVmPriceOSType.Windows, MachineLearningVmTier.Standard),
            ],
            prices.Values.Select(price => (price.RetailPrice, price.OSType, price.VmTier))
        );
    }

    [Fact]
    public async Task GetMachineLearningVmSizesAsync_ReadsNull_WhenAMemberIsMissing()
    {
        using var arm = new ScriptedArm().Answer(200, ScriptedArm.Example("vmSizes.json"));

        var size = (await Subscription(arm).GetMachineLearningVmSizesAsync(AzureLocation.WestEurope, Stop).ToListAsync(Stop))[1];

        Assert.Equal(("Standard_Unknown", null, null, null), (size.Name, size.Family, size.VCpus, size.Gpus));
        Assert.Equal((null, null, null), (size.MemoryGB, size.LowPriorityCapable, size.EstimatedVmPrices));
        Assert.Empty(size.SupportedComputeTypes);
    }

    [Fact]
    public async Task GetMachineLearningUsagesAsync_ReadsEveryPage()
    {
        using var arm = new ScriptedArm()
            .Answer(200, ScriptedArm.Example("usages.json"))
            .Answer(200, """{"value":[{"currentValue":18,"limit":-1,"name":{"value":"Standard NC Family Cluster LowPriority vCPUs"}}]}""");

        var usages = await Subscription(arm).GetMachineLearningUsagesAsync(AzureLocation.WestEurope, Stop).ToListAsync(Stop);

        Assert.Equal(ScriptedArm.Read("Requests/list-usages.expected.txt"), arm.Transcript);
        var first = usages[0];
        Assert.Equal(
            "/subscriptions/00000000-0000-0000-0000-000000000001/usages/Standard_NCASv3_T4_Family_Cluster_Dedicated_vCPUs",
            first.Id
        );
        Assert.Equal(
            ("westeurope", "Microsoft.MachineLearningServices/vmFamily/usages", MachineLearningUsageUnit.Count),
            (first.AmlWorkspaceLocation, first.UsageType, first.Unit)
        );
        Assert.Equal((8L, 24L), (first.CurrentValue, first.Limit));
        Assert.Equal("Standard NCASv3_T4 Family Cluster Dedicated vCPUs", first.Name?.Value);
        Assert.Equal(first.Name?.Value, first.Name?.LocalizedValue);
        Assert.Equal((18L, -1L, null), (usages[1].CurrentValue, usages[1].Limit, usages[1].Unit));
    }

    [Fact]
    public async Task GetMachineLearningUsagesAsync_Fails_WhenTheServiceRefuses()
    {
        using var arm = new ScriptedArm().Answer(403, """{"error":{"code":"AuthorizationFailed","message":"You may not."}}""");

        var error = await Assert.ThrowsAsync<RequestFailedException>(async () =>
            await Subscription(arm).GetMachineLearningUsagesAsync(AzureLocation.WestEurope, Stop).ToListAsync(Stop)
        );

        Assert.Equal((403, "AuthorizationFailed"), (error.Status, error.ErrorCode));
    }

    private static SubscriptionResource Subscription(ScriptedArm arm) =>
        arm.Connect().GetSubscriptionResource(SubscriptionResource.CreateResourceIdentifier(ScriptedArm.SubscriptionId));
}
