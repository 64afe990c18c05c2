using Workspaces.Deployments;

namespace Build.Sessions.Provisioning;

/// <summary>Connects to a subscription, in Azure or emulated.</summary>
public interface ISubscriptionConnector
{
    /// <summary>Connects; an emulator is started first.</summary>
    Task<SubscriptionClient> ConnectAsync(BuildContext context, ProvisioningTarget target);
}
