using System.Globalization;
using Azure;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Workspaces.Connection;
using Workspaces.Errors;

namespace Workspaces.Models;

/// <summary>Registers the models of jobs as versions, each job once.</summary>
/// <remarks>
/// A version is a number that the client chooses, so two clients may choose the same one. The service refuses the second because its
/// address is another (409), and the client reads again. It reads the next number before the versions: a version of the same job that
/// is missing in the list then has this number or a later one.
/// </remarks>
public sealed class ModelRegistry(WorkspaceClient workspace)
{
    private const int Attempts = 10;

    /// <summary>Lists the versions of a model, archived ones too; highest number first.</summary>
    /// <returns>Empty when the model does not exist.</returns>
    /// <exception cref="WorkspaceException">The service refused or did not respond.</exception>
    public Task<IReadOnlyList<ModelVersion>> ListAsync(string name, CancellationToken cancellationToken) =>
        ServiceErrors.GuardAsync<IReadOnlyList<ModelVersion>>(
            async () => [.. (await ReadAsync(name, cancellationToken)).Select(ModelVersion.Of)],
            cancellationToken
        );

    /// <summary>Registers a version unless the job has one.</summary>
    /// <exception cref="WorkspaceException">
    /// The job's version has another type, others took each number that was tried, or the service refused or did not respond.
    /// </exception>
    public Task<RegisteredModel> RegisterAsync(ModelDraft draft, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(draft);
        return ServiceErrors.GuardAsync(() => RegisterOnceAsync(draft, cancellationToken), cancellationToken);
    }

    /// <summary>Sets the stage of a version, and takes it from every other version of the model.</summary>
    /// <param name="name">Name of the model.</param>
    /// <param name="version">The version.</param>
    /// <param name="stage">The stage; <see cref="ModelNames.NoStage"/> removes it.</param>
    /// <param name="cancellationToken">Cancels the requests. Run again, the promotion is completed.</param>
    /// <exception cref="WorkspaceException">
    /// The version does not exist or is archived, another promotion took the stage, or the service refused or did not respond.
    /// </exception>
    public Task<PromotedModel> PromoteAsync(string name, string version, string stage, CancellationToken cancellationToken) =>
        ServiceErrors.GuardAsync(() => PromoteOnceAsync(name, version, stage, cancellationToken), cancellationToken);

    private async Task<RegisteredModel> RegisterOnceAsync(ModelDraft draft, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var next = await ReadNextAsync(draft.Name, cancellationToken);
            var versions = await ReadAsync(draft.Name, cancellationToken);
            if (versions.Find(version => IsOf(draft, version)) is { } found)
                return Describe(draft, found, StageChange.Unchanged);
            var number = Math.Max(next, versions.Select(version => ModelVersion.Of(version).Number).DefaultIfEmpty().Max() + 1);
            if (await TryPutAsync(draft, number.ToString(CultureInfo.InvariantCulture), cancellationToken) is { } registered)
                return registered;
        }

        throw new WorkspaceException(
            $"Others registered versions of model '{draft.Name}' at the same time, and took each of {Attempts} numbers that were tried; "
                + $"job '{draft.Job}' must have a number of its own. Run the same command again."
        );
    }

    private async Task<RegisteredModel?> TryPutAsync(ModelDraft draft, string number, CancellationToken cancellationToken)
    {
        var properties = new MachineLearningModelVersionProperties
        {
            Description = draft.Description,
            JobName = draft.Job,
            ModelType = draft.Type,
            ModelUri = draft.Address,
        };
        if (draft.Type == ModelDraft.Mlflow)
            properties.Flavors["python_function"] = new() { Data = new Dictionary<string, string>(StringComparer.Ordinal) };
        foreach (var (key, value) in draft.Tags)
            properties.Tags[key] = value;
        foreach (var (key, value) in draft.Properties)
            properties.Properties[key] = value;
        try
        {
            var operation = await VersionsOf(draft.Name)
                .CreateOrUpdateAsync(WaitUntil.Completed, number, new(properties), cancellationToken);
            // 200 says that the same version exists: another process of the same job was faster.
            var change = operation.GetRawResponse().Status == 201 ? StageChange.Created : StageChange.Unchanged;
            return IsOf(draft, operation.Value) ? Describe(draft, operation.Value, change) : null;
        }
        catch (RequestFailedException error) when (error.Status is 409 or 412)
        {
            return null;
        }
    }

    private async Task<PromotedModel> PromoteOnceAsync(string name, string number, string stage, CancellationToken cancellationToken)
    {
        var versions = await ReadAsync(name, cancellationToken);
        var version = versions.Find(version => version.Id.Name == number) ?? throw Missing(name, number, versions);
        var before = ModelVersion.Of(version);
        if (before.IsArchived)
        {
            throw new WorkspaceException(
                $"Model '{name}' version '{number}' is archived; it must not be to get a stage. "
                    + $"Restore it: az ml model restore --name {name} --version {number}"
            );
        }

        var wanted = stage == ModelNames.NoStage ? null : stage;
        var isChanged = !HasStage(version, wanted);
        if (isChanged)
            version = await SetStageAsync(version, wanted, cancellationToken);
        List<ModelVersion> former = [];
        foreach (var other in versions.Where(other => wanted is not null && other.Id.Name != number && IsAt(other, wanted)))
        {
            await SetStageAsync(other, null, cancellationToken);
            former.Add(ModelVersion.Of(other));
        }

        if (former.Count > 0)
            await CheckAsync(version, wanted!, cancellationToken);
        var change = isChanged || former.Count > 0 ? StageChange.Updated : StageChange.Unchanged;
        return new PromotedModel(before with { Stage = wanted }, before.Stage, former, change);
    }

    private static async Task<MachineLearningModelVersionResource> SetStageAsync(
        MachineLearningModelVersionResource version,
        string? stage,
        CancellationToken cancellationToken
    )
    {
        var data = version.Data;
        var tags = new Dictionary<string, string>(data.Properties.Tags, StringComparer.Ordinal);
        if (stage is null)
            tags.Remove(ModelVersion.StageTag);
        else
            tags[ModelVersion.StageTag] = stage;
        var sent = new MachineLearningModelVersionProperties
        {
            Description = data.Properties.Description,
            Flavors = data.Properties.Flavors,
            IsAnonymous = data.Properties.IsAnonymous,
            IsArchived = data.Properties.IsArchived,
            JobName = data.Properties.JobName,
            ModelType = data.Properties.ModelType,
            ModelUri = data.Properties.ModelUri,
            Properties = data.Properties.Properties,
            Stage = stage ?? ModelNames.NoStage,
            Tags = tags,
        };
        return (await version.UpdateAsync(WaitUntil.Completed, new(sent), cancellationToken)).Value;
    }

    // Two promotions at the same time may take the stage from each other.
    private static async Task CheckAsync(MachineLearningModelVersionResource version, string stage, CancellationToken cancellationToken)
    {
        if (IsAt((await version.GetAsync(cancellationToken)).Value, stage))
            return;
        throw new WorkspaceException(
            $"Model '{version.Id.Parent!.Name}' version '{version.Id.Name}' lost the stage {stage} at once: another promotion ran at the "
                + "same time. One version must have a stage. Run the promotion that you want again."
        );
    }

    private static bool HasStage(MachineLearningModelVersionResource version, string? stage) =>
        ModelVersion.Of(version).Stage == stage && (version.Data.Properties.Stage ?? ModelNames.NoStage) == (stage ?? ModelNames.NoStage);

    private static bool IsAt(MachineLearningModelVersionResource version, string stage) =>
        string.Equals(ModelVersion.Of(version).Stage, stage, StringComparison.OrdinalIgnoreCase)
        || string.Equals(version.Data.Properties.Stage, stage, StringComparison.OrdinalIgnoreCase);

    private static WorkspaceException Missing(string name, string number, List<MachineLearningModelVersionResource> versions) =>
        new(
            versions.Count == 0
                ? $"Model '{name}' does not exist in the workspace; it must be registered. "
                    + "Register a job's: dotnet cake --target=Register-Model --job=NAME"
                : $"Model '{name}' has no version '{number}'; it must be one of "
                    + $"{string.Join(", ", versions.Take(20).Select(version => version.Id.Name))}."
        );

    private static bool IsOf(ModelDraft draft, MachineLearningModelVersionResource version) =>
        version.Data.Properties.JobName == draft.Job
        || string.Equals(
            version.Data.Properties.ModelUri?.OriginalString.TrimEnd('/'),
            draft.Address.OriginalString.TrimEnd('/'),
            StringComparison.Ordinal
        );

    private static RegisteredModel Describe(ModelDraft draft, MachineLearningModelVersionResource version, StageChange change)
    {
        var properties = version.Data.Properties;
        return properties.ModelType == draft.Type
            ? new(
                draft.Name,
                version.Id.Name,
                version.Id.ToString(),
                draft.Type,
                properties.ModelUri?.OriginalString ?? draft.Address.OriginalString,
                change
            )
            : throw new WorkspaceException(
                $"Job '{draft.Job}' has version '{version.Id.Name}' of model '{draft.Name}', whose type is {properties.ModelType}; it must "
                    + $"be {draft.Type}, and a version does not change its type. Register it with the type that it has, or under another "
                    + "name: --model-name=NAME"
            );
    }

    private async Task<int> ReadNextAsync(string name, CancellationToken cancellationToken)
    {
        var container = await Lookup.GetOrNullAsync(() => ContainerOf(name).GetAsync(cancellationToken));
        return int.TryParse(container?.Data.Properties.NextVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var next)
            ? next
            : 1;
    }

    private async Task<List<MachineLearningModelVersionResource>> ReadAsync(string name, CancellationToken cancellationToken)
    {
        var options = new MachineLearningModelVersionCollectionGetAllOptions { ListViewType = MachineLearningListViewType.All };
        var versions = new List<MachineLearningModelVersionResource>();
        try
        {
            await foreach (var version in VersionsOf(name).GetAllAsync(options, cancellationToken))
                versions.Add(version);
        }
        catch (RequestFailedException error) when (error.Status == 404)
        {
            return [];
        }

        return
        [
            .. versions
                .OrderByDescending(version => ModelVersion.Of(version).Number)
                .ThenBy(version => version.Id.Name, StringComparer.Ordinal),
        ];
    }

    private MachineLearningModelVersionCollection VersionsOf(string name) => ContainerOf(name).GetMachineLearningModelVersions();

    private MachineLearningModelContainerResource ContainerOf(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var address = workspace.Address;
        return workspace.Arm.GetMachineLearningModelContainerResource(
            MachineLearningModelContainerResource.CreateResourceIdentifier(
                address.SubscriptionId,
                address.ResourceGroup,
                address.WorkspaceName,
                name
            )
        );
    }
}
