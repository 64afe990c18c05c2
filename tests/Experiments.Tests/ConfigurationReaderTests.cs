namespace Experiments.Tests;

public sealed class ConfigurationReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("exp_configs/demo.json")]
    [InlineData("exp_configs/pothole.json")]
    public void Read_FindsNothingWrong_WithTheExperimentsOfTheRepository(string path) =>
        Assert.NotEmpty(ConfigurationReader.Read(Repository.Root, path).Environment.Datastores);

    [Fact]
    public void Read_NamesTheEnvironmentsThatAreThere_WhenTheOneNamedIsNot()
    {
        WriteExperiment(ExperimentText.Valid);
        folder.Write("configuration/dev_config.json", "{}");

        Assert.Equal("exp_configs/demo.json(2,22): ENV_CONFIG_FILE is \"local_config.json\"; it must be a file in configuration/: dev_config.json.", Faults());
    }

    [Fact]
    public void Read_NamesTheDatastoresThatAreThere_WhenTheOneNamedIsNot()
    {
        WriteExperiment(ExperimentText.Valid);
        folder.Write("configuration/local_config.json", EnvironmentText.Valid);

        Assert.Equal("--set=DATA_MOUNT=demo: DATA_MOUNT is \"demo\"; it must be a name of DATASTORES in configuration/local_config.json: demo_data, test_data.", Faults("DATA_MOUNT=demo"));
    }

    [Fact]
    public void Read_ReportsTheFaultsOfBothFiles_WhenBothAreWrong()
    {
        WriteExperiment(ExperimentText.With("\"STEPS\": 400", "\"STEPS\": 0"));
        folder.Write("configuration/local_config.json", EnvironmentText.With("\"westeurope\"", "\"West Europe\""));

        Assert.Equal(
            """
            exp_configs/demo.json(11,14): RUN_PARAMS.STEPS is 0; it must be a whole number from 1 to 10000000 (optimizer steps). Edit it, or run with --set=RUN_PARAMS.STEPS=1000.
            configuration/local_config.json(5,15): LOCATION is "West Europe"; it must be an Azure region such as westeurope.
            """,
            Faults());
    }

    private void WriteExperiment(string text) => folder.Write("exp_configs/demo.json", text);

    private string Faults(params string[] overrides) =>
        string.Join("\n", Assert.Throws<ConfigException>(() => ConfigurationReader.Read(folder.Root, "exp_configs/demo.json", overrides)).Faults);
}
