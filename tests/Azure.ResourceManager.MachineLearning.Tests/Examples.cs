using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;
using Azure.ResourceManager.Models;

namespace Azure.ResourceManager.MachineLearning.Tests;

/// <summary>One valid example of each thing that is sent, with every member this project sets.</summary>
internal static class Examples
{
    public static readonly ResourceIdentifier ComputeId = MachineLearningComputeResource.CreateResourceIdentifier(
        ScriptedArm.SubscriptionId,
        "ml-rg",
        "ml-ws",
        "gpu"
    );

    public static readonly ResourceIdentifier EnvironmentId = MachineLearningEnvironmentVersionResource.CreateResourceIdentifier(
        ScriptedArm.SubscriptionId,
        "ml-rg",
        "ml-ws",
        "detection",
        "0a1b2c"
    );

    public static MachineLearningComputeData Compute() =>
        new(AzureLocation.WestEurope)
        {
            Identity = new ManagedServiceIdentity(ManagedServiceIdentityType.SystemAssigned),
            Tags = { ["owner"] = "roads" },
            Properties = new AmlCompute
            {
                ComputeLocation = "westeurope",
                Description = "Training",
                DisableLocalAuth = true,
                Properties = new AmlComputeProperties
                {
                    OSType = MachineLearningOSType.Linux,
                    VmSize = "Standard_NC4as_T4_v3",
                    VmPriority = MachineLearningVmPriority.LowPriority,
                    ScaleSettings = new AmlComputeScaleSettings(4)
                    {
                        MinNodeCount = 0,
                        NodeIdleTimeBeforeScaleDown = TimeSpan.FromMinutes(15),
                    },
                    SubnetId = new ResourceIdentifier(
                        "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g"
                            + "/providers/Microsoft.Network/virtualNetworks/n/subnets/d"
                    ),
                    RemoteLoginPortPublicAccess = MachineLearningRemoteLoginPortPublicAccess.NotSpecified,
                    UserAccountCredentials = new MachineLearningUserAccountCredentials("azureuser")
                    {
                        AdminUserSshPublicKey = "ssh-ed25519 AAAA",
                    },
                    EnableNodePublicIP = false,
                    IsolatedNetwork = false,
                    PropertyBag = BinaryData.FromString("""{"a":1}"""),
                },
            },
        };

    public static MachineLearningAzureBlobDatastore Blob(MachineLearningDatastoreCredentials credentials) =>
        new(credentials)
        {
            AccountName = "roads",
            ContainerName = "pictures",
            Endpoint = "core.windows.net",
            Protocol = "https",
            Description = "Labelled pictures",
            Tags = { ["owner"] = "roads" },
            ServiceDataAccessAuthIdentity = MachineLearningServiceDataAccessAuthIdentity.None,
        };

    public static MachineLearningEnvironmentVersionData Environment() =>
        new(
            new MachineLearningEnvironmentVersionProperties
            {
                Image = "roads.azurecr.io/detection@sha256:0000000000000000000000000000000000000000000000000000000000000001",
                OSType = MachineLearningOperatingSystemType.Linux,
                AutoRebuild = AutoRebuildSetting.Disabled,
                IsAnonymous = false,
                Description = "Training image",
            }
        );

    public static MachineLearningCommandJob Job() =>
        new(
            "python -m detection train --exp-config-variable EXP_CONFIG --data ${{inputs.data}} --checkpoints '${{outputs.checkpoints}}'",
            EnvironmentId
        )
        {
            DisplayName = "pothole-0a1b2c",
            Description = "First try",
            ExperimentName = "pothole",
            ComputeId = ComputeId,
            Identity = new AmlToken(),
            IsArchived = false,
            Tags = { ["steps"] = "1000" },
            Properties = { ["mlflow.source.git.commit"] = "0a1b2c" },
            EnvironmentVariables = { ["EXP_CONFIG"] = """{"EXP_NAME":"pothole"}""" },
            Inputs =
            {
                ["data"] = new MachineLearningUriFolderJobInput(new Uri("azureml://datastores/test_data/paths/"))
                {
                    Mode = MachineLearningInputDeliveryMode.ReadOnlyMount,
                },
                ["labels"] = new MachineLearningUriFileJobInput(new Uri("azureml://datastores/test_data/paths/labels.csv"))
                {
                    Description = "Boxes",
                },
                ["lr"] = new MachineLearningLiteralJobInput("0.005"),
            },
            Outputs =
            {
                ["checkpoints"] = new MachineLearningUriFolderJobOutput
                {
                    Mode = MachineLearningOutputDeliveryMode.ReadWriteMount,
                    Uri = new Uri("azureml://datastores/workspaceblobstore/paths/checkpoints/pothole-0a1b2c/"),
                },
                ["model"] = new MachineLearningUriFileJobOutput(),
            },
            Limits = new MachineLearningCommandJobLimits { Timeout = TimeSpan.FromMinutes(1440) },
            Resources = new MachineLearningJobResourceConfiguration
            {
                InstanceCount = 1,
                ShmSize = "2g",
                DockerArgs = "--ipc=host",
                Properties = { ["AmlCompute"] = BinaryData.FromString("""{"x":[1]}""") },
            },
            Services =
            {
                ["notebook"] = new MachineLearningJobService
                {
                    JobServiceType = "JupyterLab",
                    Port = 8888,
                    Properties = { ["a"] = "b" },
                },
            },
        };
}
