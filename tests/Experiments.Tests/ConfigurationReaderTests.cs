using Experiments.Json;
using Experiments.Reading;
using Fixtures;

namespace Experiments.Tests;

public sealed class ConfigurationReaderTests : IDisposable
{
    private static readonly DateOnly Today = new(2026, 11, 1);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("exp_configs/demo.json")]
    [InlineData("exp_configs/pothole.json")]
    public void Read_ReportsNoFault_ForTheExperimentsOfTheRepository(string path) =>
        Assert.NotEmpty(ConfigurationReader.Read(Repository.Root, path, Today).Environment.Datastores);

    [Fact]
    public void Read_ListsTheExistingEnvironments_WhenTheNamedOneIsMissing()
    {
        WriteExperiment(ExperimentText.Valid);
        folder.Write("configuration/dev_config.json", "{}");

        Assert.Equal(
            "exp_configs/demo.json(2,22): ENV_CONFIG_FILE is \"local_config.json\"; it must be a file in configuration/: dev_config.json.",
            Faults()
        );
    }

    [Fact]
    public void Read_ListsTheExistingDatastores_WhenTheNamedOneIsMissing()
    {
        WriteExperiment(ExperimentText.Valid);
        folder.Write("configuration/local_config.json", EnvironmentText.Valid);

        Assert.Equal(
            "--set=DATA_MOUNT=demo: DATA_MOUNT is \"demo\"; it must be a name of DATASTORES in configuration/local_config.json: "
                + "demo_data, test_data.",
            Faults("DATA_MOUNT=demo")
        );
    }

    [Fact]
    public void Read_ReportsTheFaultsOfBothFiles_WhenBothAreFaulty()
    {
        WriteExperiment(ExperimentText.With("\"STEPS\": 400", "\"STEPS\": 0"));
        folder.Write("configuration/local_config.json", EnvironmentText.With("\"westeurope\"", "\"West Europe\""));

        Assert.Equal(
            """
            exp_configs/demo.json(11,14): RUN_PARAMS.STEPS is 0; it must be a whole number from 1 to 10000000 (optimizer steps). Edit it, or run with --set=RUN_PARAMS.STEPS=1000.
            configuration/local_config.json(5,15): LOCATION is "West Europe"; it must be an Azure region such as westeurope.
            """,
            Faults()
        );
    }

    [Fact]
    public void Read_ReportsARetiredVmSize_WithItsSuccessor()
    {
        WriteExperiment(
            ExperimentText
                .With("\"Standard_NC4as_T4_v3\"", "\"Standard_NC6\"")
                .Replace("\"STEPS\": 400", "\"STEPS\": 0", StringComparison.Ordinal)
        );
        folder.Write("configuration/local_config.json", EnvironmentText.Valid);

        Assert.Equal(
            """
            exp_configs/demo.json(6,26): COMPUTE.VM_SIZE is "Standard_NC6", of the NC series, which Azure retired on 2023-09-06; it must be a size that Azure has, such as Standard_NC4as_T4_v3. Edit it, or run with --set=COMPUTE.VM_SIZE=Standard_NC4as_T4_v3.
            exp_configs/demo.json(11,14): RUN_PARAMS.STEPS is 0; it must be a whole number from 1 to 10000000 (optimizer steps). Edit it, or run with --set=RUN_PARAMS.STEPS=1000.
            """,
            Faults()
        );
    }

    [Fact]
    public void Read_ReportsARetiredVmSize_AlsoFromAnOverrideAndInAnyCase()
    {
        WriteExperiment(ExperimentText.Valid);
        folder.Write("configuration/local_config.json", EnvironmentText.Valid);

        Assert.Equal(
            "--set=COMPUTE.VM_SIZE=STANDARD_NC6S_V3: COMPUTE.VM_SIZE is \"STANDARD_NC6S_V3\", of the NCv3 series, which Azure "
                + "retired on 2025-09-30; "
                + "it must be a size that Azure has, such as Standard_NC40ads_H100_v5. Edit it, or run with "
                + "--set=COMPUTE.VM_SIZE=Standard_NC40ads_H100_v5.",
            Faults("COMPUTE.VM_SIZE=STANDARD_NC6S_V3")
        );
    }

    [Fact]
    public void Read_Warns_WhenTheVmSizeIsToBeRetired()
    {
        WriteExperiment(ExperimentText.Valid);
        folder.Write("configuration/local_config.json", EnvironmentText.Valid);

        Assert.Equal(
            [
                "--set=COMPUTE.VM_SIZE=Standard_NP10s: COMPUTE.VM_SIZE is \"Standard_NP10s\", of the NP series, which Azure "
                    + "retires on 2027-05-31; "
                    + "from then on it must be another, such as Standard_NC4as_T4_v3.",
            ],
            Warnings("Standard_NP10s", new DateOnly(2027, 5, 30))
        );
        Assert.Throws<ConfigException>(() => Warnings("Standard_NP10s", new DateOnly(2027, 5, 31)));
        Assert.Empty(Warnings("Standard_NC4as_T4_v3", new DateOnly(2027, 5, 30)));
    }

    [Fact]
    public void Read_ReportsALaterRetirement_WhenTheRegionKeepsTheSeriesForLonger()
    {
        WriteExperiment(ExperimentText.Valid);
        folder.Write("configuration/local_config.json", EnvironmentText.With("\"westeurope\"", "\"uaenorth\""));

        Assert.Equal(
            [
                "--set=COMPUTE.VM_SIZE=Standard_NV12s_v3: COMPUTE.VM_SIZE is \"Standard_NV12s_v3\", of the NVv3 series, which "
                    + "Azure retires on 2027-01-31; "
                    + "from then on it must be another, such as Standard_NC4as_T4_v3.",
            ],
            Warnings("Standard_NV12s_v3", Today)
        );
    }

    private IReadOnlyList<string> Warnings(string vmSize, DateOnly today) =>
        ConfigurationReader.Read(folder.Root, "exp_configs/demo.json", today, [$"COMPUTE.VM_SIZE={vmSize}"]).Warnings;

    private void WriteExperiment(string text) => folder.Write("exp_configs/demo.json", text);

    private string Faults(params string[] overrides) =>
        string.Join(
            "\n",
            Assert.Throws<ConfigException>(() => ConfigurationReader.Read(folder.Root, "exp_configs/demo.json", Today, overrides)).Faults
        );
}
