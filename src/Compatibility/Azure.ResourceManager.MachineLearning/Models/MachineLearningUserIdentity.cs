namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>The user who submitted the job.</summary>
public partial class MachineLearningUserIdentity : MachineLearningIdentityConfiguration
{
    public MachineLearningUserIdentity()
        : base("UserIdentity") { }
}
