using Experiments.Settings;

namespace Experiments.Model;

/// <summary>One environment: a file of <c>configuration/</c>, which says where experiments run. It never holds a secret.</summary>
public sealed record EnvironmentConfig
{
    /// <summary>The regular expression of a repository's name in a registry.</summary>
    public const string RepositoryPattern = "^[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$";

    private const string Guid = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";

    [Setting(
        "AML_TENANT_ID",
        "Tenant to sign in to.",
        DefaultText = "the tenant of the credential",
        Pattern = Guid,
        Rule = "a GUID (az account show --query tenantId)",
        Example = "00000000-0000-0000-0000-000000000000"
    )]
    public string? AmlTenantId { get; init; }

    [Setting(
        "AML_SUBSCRIPTION_ID",
        "Subscription of the workspace.",
        Required = true,
        Pattern = Guid,
        Rule = "a GUID (az account show --query id)",
        Example = "00000000-0000-0000-0000-000000000000"
    )]
    public string AmlSubscriptionId { get; init; } = "";

    [Setting(
        "AML_RESOURCE_GROUP",
        "Resource group of the workspace.",
        Required = true,
        Pattern = @"^[A-Za-z0-9_().-]{0,89}[A-Za-z0-9_()-]$",
        Rule = "1 to 90 letters, digits, '_', '(', ')', '-' or '.', the last not '.'",
        Example = "local"
    )]
    public string AmlResourceGroup { get; init; } = "";

    [Setting(
        "AML_WORKSPACE_NAME",
        "Workspace the experiments run in.",
        Required = true,
        Pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{2,32}$",
        Rule = "3 to 33 letters, digits, '-' or '_', the first a letter or digit",
        Example = "local"
    )]
    public string AmlWorkspaceName { get; init; } = "";

    [Setting(
        "LOCATION",
        "Azure region of the workspace and its clusters.",
        Required = true,
        Pattern = "^[a-z0-9]+$",
        Rule = "an Azure region such as westeurope",
        Example = "westeurope"
    )]
    public string Location { get; init; } = "";

    [Setting(
        "REGISTRY",
        "Container registry the training image is pushed to.",
        Required = true,
        Pattern = "^[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]+)?$",
        Rule = "the host of a registry, with its port when it has one",
        Example = "localhost:5000"
    )]
    public string Registry { get; init; } = "";

    [Setting(
        "IMAGE_REPOSITORY",
        "Repository of the training image in that registry.",
        Required = true,
        Pattern = RepositoryPattern,
        Rule = "a repository name: lower-case letters, digits, '.', '_', '-' and '/'",
        Example = "model-training"
    )]
    public string ImageRepository { get; init; } = "";

    [Setting(
        "IMAGE_DOCKERFILE",
        "Dockerfile of the training image, in the repository.",
        Default = "docker/gpu/Dockerfile",
        Pattern = "^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*$",
        Rule = "a path below the repository, with forward slashes",
        Example = "docker/gpu/Dockerfile"
    )]
    public string ImageDockerfile { get; init; } = "docker/gpu/Dockerfile";

    [Setting(
        "COMPUTE_IDENTITY",
        "User-assigned identity of the clusters that are created: nodes pull the image and read datasets with it. A registry whose roles "
            + "name repositories needs it.",
        DefaultText = "none: the workspace's own access",
        Pattern = "^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft[.]ManagedIdentity/userAssignedIdentities/[^/]+$",
        Rule = "the resource id of a user-assigned identity",
        Example = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-training/providers/"
            + "Microsoft.ManagedIdentity/userAssignedIdentities/id-compute"
    )]
    public string? ComputeIdentity { get; init; }

    [Setting(
        "REQUIRE_PROVENANCE",
        "True: a job runs only in an image whose provenance (SLSA) and bill of materials (SPDX) the registry has.",
        Default = false
    )]
    public bool RequireProvenance { get; init; }

    [Setting(
        "ENDPOINT",
        "Address of a workspace emulator; `https://localhost:0` is the emulator of this project on a free port.",
        DefaultText = "the Azure public cloud",
        Pattern = @"^https://[A-Za-z0-9.\[\]:-]+(:[0-9]{1,5})?/?$",
        Rule = "an https address such as https://localhost:0",
        Example = "https://localhost:0"
    )]
    public string? Endpoint { get; init; }

    [Setting(
        "DATASTORES",
        "Datastores by name.",
        Required = true,
        Example = """{"demo_data":{"FOLDER":".local/datastores/demo"}}""",
        Pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$",
        Rule = "1 to 255 letters, digits, '-' or '_', the first a letter or digit"
    )]
    public IReadOnlyDictionary<string, DatastoreSettings> Datastores { get; init; } =
        new Dictionary<string, DatastoreSettings>(StringComparer.Ordinal);
}
