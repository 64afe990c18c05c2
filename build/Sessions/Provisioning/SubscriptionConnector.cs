using Workspaces.Deployments;
using Workspaces.Deployments.Requests;

namespace Build.Sessions.Provisioning;

/// <inheritdoc/>
internal sealed class SubscriptionConnector(EmulatorSession emulators, SignInSession signIns, TimeProvider time) : ISubscriptionConnector
{
    public async Task<SubscriptionClient> ConnectAsync(BuildContext context, ProvisioningTarget target) =>
        new(
            target.Endpoint is { } endpoint
                ? SubscriptionConnection.ToEmulator(target.SubscriptionId, await emulators.StartAsync(context, endpoint))
                : new SubscriptionConnection(null, target.SubscriptionId, signIns.To(target.TenantId)),
            time
        );
}
