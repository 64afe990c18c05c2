namespace Cake.Docker;

/// <summary>Options of <c>docker pull</c>.</summary>
public sealed class DockerImagePullSettings : AutoToolSettings
{
    public bool? AllTags { get; set; }

    [AutoProperty(Format = AutoPropertyAttribute.BoolWithTrueDefaultFormat)]
    public bool? DisableContentTrust { get; set; }

    /// <summary>Gets or sets the platform, such as <c>linux/amd64</c>.</summary>
    public string? Platform { get; set; }
}
