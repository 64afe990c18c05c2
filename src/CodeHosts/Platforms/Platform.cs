namespace CodeHosts.Platforms;

/// <summary>The platform whose pipeline runs this process.</summary>
public enum Platform
{
    /// <summary>No pipeline: a person's machine.</summary>
    None,

    /// <summary>GitHub Actions.</summary>
    GitHub,

    /// <summary>Azure Pipelines.</summary>
    AzureDevOps,
}
