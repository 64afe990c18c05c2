namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A token of the workspace, which acts for the user who submitted the job.</summary>
public partial class AmlToken : MachineLearningIdentityConfiguration
{
    public AmlToken()
        : base("AMLToken") { }
}
