namespace Azure.ResourceManager.MachineLearning;

/// <content>The schedules of the workspace.</content>
public partial class MachineLearningWorkspaceResource
{
    public virtual MachineLearningScheduleCollection GetMachineLearningSchedules() =>
        GetCachedClient(client => new MachineLearningScheduleCollection(client, Id));

    public virtual Task<Response<MachineLearningScheduleResource>> GetMachineLearningScheduleAsync(
        string name,
        CancellationToken cancellationToken = default
    ) => GetMachineLearningSchedules().GetAsync(name, cancellationToken);
}
