using Experiments.Plans;
using Workspaces.Datastores;

namespace Workspaces.Tests.Doubles;

/// <summary>Runs both halves of a stage one after the other.</summary>
internal static class Stages
{
    public static async Task<RegisteredDatastore> RegisterAsync(
        this DatastoreRegistrar registrar,
        DatastorePlan plan,
        CancellationToken cancellationToken
    ) => await registrar.RegisterAsync(plan, await registrar.ReadAsync(plan, cancellationToken), cancellationToken);
}
