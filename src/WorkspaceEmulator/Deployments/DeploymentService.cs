using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Deployments.Resources;
using WorkspaceEmulator.Deployments.Templates;
using WorkspaceEmulator.Registry;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Deployments;

/// <summary>Carries out deployments, one after another, and remembers them while the emulator runs.</summary>
/// <remarks>The resources are stored; the history of deployments is not.</remarks>
internal sealed class DeploymentService : IDisposable
{
    private readonly ConcurrentDictionary<string, Deployment> deployments = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Task<OperationResult>> results = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly ProviderCalls provider;
    private readonly EmulatedResources resources;
    private readonly TimeProvider time;
    private readonly CancellationToken stopping;

    public DeploymentService(
        StateFolder folder,
        RegistrySettings registry,
        EmulatorAddress address,
        IHostApplicationLifetime lifetime,
        TimeProvider time
    )
    {
        this.time = time;
        stopping = lifetime.ApplicationStopping;
        Store = new ResourceStore(folder, time);
        provider = new ProviderCalls(folder, address, time);
        resources = new EmulatedResources(Store, provider, folder, registry, address, time);
    }

    /// <summary>Gets the deployed resources.</summary>
    public ResourceStore Store { get; }

    public Deployment? Find(string id) => deployments.GetValueOrDefault(id);

    public bool Forget(string id) => deployments.TryRemove(id, out _);

    /// <summary>Begins a deployment.</summary>
    /// <returns>Null when a deployment of the name has not ended.</returns>
    public Deployment? TryBegin(DeploymentScope scope, JsonObject properties, JsonObject? tags)
    {
        if (Find(scope.DeploymentId) is { HasEnded: false })
            return null;
        var deployment = Remember(scope, tags);
        // The response does not wait for it.
        _ = Task.Run(() => RunAsync(deployment, properties), CancellationToken.None);
        return deployment;
    }

    /// <summary>Checks a deployment and changes nothing.</summary>
    /// <exception cref="TemplateException">The template is faulty.</exception>
    /// <exception cref="FailedDeploymentException">A resource would be refused.</exception>
    public async Task<IReadOnlyList<string>> ValidateAsync(
        DeploymentScope scope,
        JsonObject properties,
        CancellationToken cancellationToken
    ) =>
        [.. (await new WhatIf(Store, resources).PreviewAsync(scope, properties, cancellationToken)).Requests.Select(request => request.Id)];

    /// <summary>Begins a what-if.</summary>
    /// <returns>The id of its result.</returns>
    public string BeginWhatIf(DeploymentScope scope, JsonObject properties) =>
        BeginOperation(async () =>
        {
            try
            {
                return new OperationResult(await new WhatIf(Store, resources).CompareAsync(scope, properties, stopping), null);
            }
            catch (TemplateException fault)
            {
                return Failed(new DeploymentError(fault.Code, fault.Message, null, []));
            }
            catch (FailedDeploymentException failure)
            {
                return Failed(DeploymentError.OfDeployment(scope.DeploymentId, failure.Error));
            }

            // The service answers 200 with the error in the result.
            static OperationResult Failed(DeploymentError error) =>
                new(new JsonObject { ["status"] = "Failed", ["error"] = error.ToJson() }, null);
        });

    /// <summary>Begins to delete a resource group.</summary>
    /// <returns>The id of its result.</returns>
    public string BeginDelete(string group) =>
        BeginOperation(async () =>
        {
            await turn.WaitAsync(stopping);
            try
            {
                await resources.DeleteGroupAsync(group, stopping);
                return new OperationResult(null, null);
            }
            catch (TemplateException fault)
            {
                return new OperationResult(null, new DeploymentError(fault.Code, fault.Message, group, []));
            }
            finally
            {
                turn.Release();
            }
        });

    /// <summary>Finds the result of a what-if or deletion.</summary>
    public Task<OperationResult>? FindResult(string id) => results.GetValueOrDefault(id);

    public void Dispose()
    {
        provider.Dispose();
        turn.Dispose();
    }

    private string BeginOperation(Func<Task<OperationResult>> operation)
    {
        var id = Guid.NewGuid().ToString("N");
        results[id] = Task.Run(operation, CancellationToken.None);
        return id;
    }

    private Deployment Remember(DeploymentScope scope, JsonObject? tags) =>
        deployments[scope.DeploymentId] = new Deployment(scope, tags, time, nested =>
        {
            var inner = Remember(nested, null);
            inner.Run();
            return inner;
        });

    private async Task RunAsync(Deployment deployment, JsonObject properties)
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(stopping, deployment.Cancellation.Token);
        try
        {
            await turn.WaitAsync(cancellation.Token);
            try
            {
                deployment.Run();
                deployment.End(
                    await new TemplateDeployer(resources).DeployAsync(deployment.Scope, properties, deployment, cancellation.Token)
                );
            }
            finally
            {
                turn.Release();
            }
        }
        catch (OperationCanceledException)
        {
            deployment.Cancel();
        }
        catch (TemplateException fault)
        {
            deployment.End(new DeploymentError(fault.Code, fault.Message, null, []));
        }
        catch (FailedDeploymentException failure)
        {
            deployment.End(DeploymentError.OfDeployment(deployment.Scope.DeploymentId, failure.Error));
        }
        catch (Exception error)
        {
            // Nobody awaits this task; the deployment must end with the reason.
            deployment.End(new DeploymentError("InternalServerError", $"The emulator failed: {error.Message}", null, []));
        }
    }
}
