using Build.Sessions.Provisioning;
using Fixtures.Services;
using Workspaces.Deployments;

namespace Build.Tests.Doubles;

/// <summary>Connects every subscription to one scripted service.</summary>
internal sealed class FakeSubscriptionConnector(FakeService service, TimeProvider time) : ISubscriptionConnector
{
    public Task<SubscriptionClient> ConnectAsync(BuildContext context, ProvisioningTarget target) =>
        Task.FromResult(new SubscriptionClient(service.Subscription(), time));
}
