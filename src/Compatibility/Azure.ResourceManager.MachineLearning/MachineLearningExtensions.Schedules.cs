using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <content>Handles of schedules.</content>
public static partial class MachineLearningExtensions
{
    /// <summary>Returns a handle of the resource with this id, without a request.</summary>
    /// <exception cref="ArgumentException">The id names a resource of another type.</exception>
    public static MachineLearningScheduleResource GetMachineLearningScheduleResource(this ArmClient client, ResourceIdentifier id) =>
        Handle(client, id, MachineLearningScheduleResource.ResourceType, static (owner, of) =>
            new MachineLearningScheduleResource(owner, of)
        );
}
