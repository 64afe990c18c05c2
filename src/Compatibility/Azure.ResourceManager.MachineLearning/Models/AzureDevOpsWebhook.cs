namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Calls Azure DevOps.</summary>
public partial class AzureDevOpsWebhook : MachineLearningWebhook
{
    public AzureDevOpsWebhook()
        : base("AzureDevOps") { }
}
