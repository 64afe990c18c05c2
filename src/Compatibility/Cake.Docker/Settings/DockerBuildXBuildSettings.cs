namespace Cake.Docker;

/// <summary>Options of <c>docker buildx build</c>.</summary>
public sealed class DockerBuildXBuildSettings : AutoToolSettings
{
    public string[] AddHost { get; set; } = null!;

    public string[] Allow { get; set; } = null!;

    public string[] Annotation { get; set; } = null!;

    /// <summary>
    /// Gets or sets build arguments, <c>NAME=value</c>. The history of the image shows them, so they must not hold secrets.
    /// </summary>
    public string[] BuildArg { get; set; } = null!;

    public string[] BuildContext { get; set; } = null!;

    public string? Builder { get; set; }

    /// <summary>Gets or sets the sources of layers: an image reference, or <c>type=registry,ref=…</c> for BuildKit.</summary>
    public string[] CacheFrom { get; set; } = null!;

    public string[] CacheTo { get; set; } = null!;

    public string? CgroupParent { get; set; }

    public bool? Compress { get; set; }

    public long? CpuPeriod { get; set; }

    public long? CpuQuota { get; set; }

    public string? CpusetCpus { get; set; }

    public string? CpusetMems { get; set; }

    public long? CpuShares { get; set; }

    [AutoProperty(Format = AutoPropertyAttribute.BoolWithTrueDefaultFormat)]
    public bool? DisableContentTrust { get; set; }

    /// <summary>Gets or sets the Dockerfile, when it is not the one in the context.</summary>
    public string? File { get; set; }

    public bool? ForceRm { get; set; }

    /// <summary>Gets or sets the file to which docker writes the ID of the image.</summary>
    public string? Iidfile { get; set; }

    public string? Isolation { get; set; }

    /// <summary>Gets or sets labels, <c>name=value</c>.</summary>
    public string[] Label { get; set; } = null!;

    public bool Load { get; set; }

    public string? Memory { get; set; }

    public string? MemorySwap { get; set; }

    /// <summary>Gets or sets the file to which BuildKit writes <c>containerimage.digest</c> after a push.</summary>
    public string? MetadataFile { get; set; }

    public string? Network { get; set; }

    public bool NoCache { get; set; }

    public string[] NoCacheFilter { get; set; } = null!;

    public string[] Output { get; set; } = null!;

    public string[] Platform { get; set; } = null!;

    /// <summary>Gets or sets the form of BuildKit's progress: <c>plain</c>, <c>tty</c> or <c>auto</c>.</summary>
    public string? Progress { get; set; }

    public bool Pull { get; set; }

    public bool Push { get; set; }

    public bool Quiet { get; set; }

    [AutoProperty(Format = AutoPropertyAttribute.BoolWithTrueDefaultFormat)]
    public bool? Rm { get; set; }

    /// <summary>Gets or sets secrets, <c>id=…,src=…</c> or <c>id=…,env=…</c>. A secret is for one RUN and in no layer.</summary>
    public string[] Secret { get; set; } = null!;

    public string[] SecurityOpt { get; set; } = null!;

    public string? ShmSize { get; set; }

    public bool? Squash { get; set; }

    public string[] Ssh { get; set; } = null!;

    /// <summary>Gets or sets the references of the image.</summary>
    public string[] Tag { get; set; } = null!;

    public string? Target { get; set; }

    public string[] Ulimit { get; set; } = null!;
}
