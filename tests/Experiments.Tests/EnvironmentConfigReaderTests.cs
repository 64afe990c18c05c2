using Experiments.Json;
using Experiments.Reading;

namespace Experiments.Tests;

public class EnvironmentConfigReaderTests
{
    /// <summary>Changes of one place of a valid file, each with the message after the file's name.</summary>
    public static TheoryData<string, string, string> Changes =>
        new()
        {
            {
                "\"00000000-0000-0000-0000-000000000000\"",
                "\"my subscription\"",
                "(2,26): AML_SUBSCRIPTION_ID is \"my subscription\"; it must be a GUID (az account show --query id)."
            },
            {
                "\"AML_RESOURCE_GROUP\": \"local\",",
                "",
                "(1,1): AML_RESOURCE_GROUP is missing; it must be 1 to 90 letters, digits, '_', '(', ')', '-' or '.', the last not '.'."
            },
            {
                "\"AML_WORKSPACE_NAME\": \"local\"",
                "\"AML_WORKSPACE\": \"local\"",
                "(1,1): AML_WORKSPACE_NAME is missing; it must be 3 to 33 letters, digits, '-' or '_', the first a letter or "
                    + "digit.\n(4,3): AML_WORKSPACE is an unknown key; it must be one of the keys of an environment config. Did you mean "
                    + "AML_WORKSPACE_NAME?"
            },
            {
                "\"https://localhost:0\"",
                "\"http://localhost\"",
                "(8,15): ENDPOINT is \"http://localhost\"; it must be an https address such as https://localhost:0."
            },
            {
                "\"https://localhost:0\"",
                "\"https://me:hunter2@localhost\"",
                "(8,15): ENDPOINT is a text that looks like a secret; it must be an https address such as https://localhost:0."
            },
            {
                "\"ENDPOINT\": \"https://localhost:0\",",
                "",
                "(10,19): DATASTORES.demo_data.FOLDER is a folder of this machine; it must be an ACCOUNT, unless ENDPOINT names an "
                    + "emulator."
            },
            {
                "\"AUTH\": \"identity\"",
                "\"AUTH\": \"key\"",
                "(11,70): DATASTORES.test_data.AUTH is \"key\"; it must be one of \"identity\", \"account-key\", \"sas\"."
            },
            {
                "\"AUTH\": \"identity\"",
                "\"ACCOUNT_KEY\": \"hunter2\"",
                "(11,62): DATASTORES.test_data.ACCOUNT_KEY is a secret; it must be removed: this file never holds a secret. AUTH "
                    + "says how the account is reached; replace the secret where it was issued, because it has been written down."
            },
            {
                "\"AUTH\": \"identity\"",
                "\"sasToken\": \"hunter2\"",
                "(11,62): DATASTORES.test_data.sasToken is a secret; it must be removed: this file never holds a secret. AUTH says "
                    + "how the account is reached; replace the secret where it was issued, because it has been written down."
            },
            {
                "\"ACCOUNT\": \"storage\"",
                "\"ACCOUNT\": \"x;AccountKey=hunter2\"",
                "(11,30): DATASTORES.test_data.ACCOUNT is a text that looks like a secret; it must be 3 to 24 lower-case letters or digits."
            },
            {
                "\"REGISTRY\": \"localhost:5000\"",
                "\"REGISTRY\": \"localhost:5000\", \"PASSWORD\": \"hunter2\"",
                "(6,33): PASSWORD is a secret; it must be removed: this file never holds a secret. AUTH says how the account is "
                    + "reached; replace the secret where it was issued, because it has been written down."
            },
            {
                "\"ACCOUNT\": \"storage\", ",
                "",
                "(11,18): DATASTORES.test_data is without ACCOUNT and FOLDER; it must be a datastore with one of them."
            },
            { "\"CONTAINER\": \"data\", ", "", "(11,18): DATASTORES.test_data.CONTAINER is missing; it must be given for TYPE AzureBlob." },
            {
                "\"CONTAINER\": \"data\"",
                "\"TYPE\": \"AzureFile\", \"CONTAINER\": \"data\"",
                "(11,18): DATASTORES.test_data.FILE_SHARE is missing; it must be given for TYPE AzureFile.\n(11,62): "
                    + "DATASTORES.test_data.CONTAINER is given for TYPE AzureFile; it must be FILE_SHARE."
            },
            {
                "{\"FOLDER\": \".local/datastores/demo\"}",
                "{\"FOLDER\": \"x\", \"ACCOUNT\": \"storage\"}",
                "(10,34): DATASTORES.demo_data.ACCOUNT is given together with FOLDER; it must be removed, or FOLDER removed."
            },
            {
                "{\"FOLDER\": \".local/datastores/demo\"}",
                "{\"FOLDER\": \"x\", \"KEY_VAULT_SECRET\": \"data-key\"}",
                "(10,34): DATASTORES.demo_data.KEY_VAULT_SECRET is given together with FOLDER; it must be removed, or FOLDER removed."
            },
            {
                "\"AUTH\": \"identity\"",
                "\"KEY_VAULT_SECRET\": \"data-key\"",
                "(11,62): DATASTORES.test_data.KEY_VAULT_SECRET is given for AUTH identity; it must be removed, or AUTH account-key or sas."
            },
            {
                "\"AUTH\": \"identity\"",
                "\"AUTH\": \"sas\", \"KEY_VAULT_SECRET\": \"sv=2024&sig=hunter2\"",
                "(11,97): DATASTORES.test_data.KEY_VAULT_SECRET is a text that looks like a secret; it must be the name of a "
                    + "secret, 1 to 127 letters, digits or '-', never the secret itself."
            },
            {
                "\"AUTH\": \"identity\"",
                "\"ENDPOINT\": \"windows\"",
                "(11,74): DATASTORES.test_data.ENDPOINT is \"windows\"; it must be a domain such as core.chinacloudapi.cn, or an "
                    + "address such as http://127.0.0.1:10000/devstoreaccount1."
            },
            {
                "\"AUTH\": \"identity\"",
                "\"ENDPOINT\": \"http://127.0.0.1:10000/other\"",
                "(11,62): DATASTORES.test_data.ENDPOINT is \"http://127.0.0.1:10000/other\"; it must be an address that ends in "
                    + "the ACCOUNT, as in http://127.0.0.1:10000/storage."
            },
            {
                "\"FOLDER\": \".local/datastores/demo\"}",
                "\"ACCOUNT\": \"storage\", \"CONTAINER\": \"data\"},\n    \"other\": {\"ACCOUNT\": \"storage\", \"CONTAINER\": "
                    + "\"data\", \"ENDPOINT\": \"core.chinacloudapi.cn\", \"KEY_VAULT_SECRET\": \"k\"}",
                "(11,95): DATASTORES.other.KEY_VAULT_SECRET is given for AUTH identity; it must be removed, or AUTH account-key or sas."
            },
            { "{\"FOLDER\": \".local/datastores/demo\"}", "\"demo\"", "(10,18): DATASTORES.demo_data is \"demo\"; it must be an object." },
            {
                "\"demo_data\": {",
                "\"demo data\": {",
                "(10,5): DATASTORES is an object with the name \"demo data\"; it must be one with names of 1 to 255 letters, "
                    + "digits, '-' or '_', the first a letter or digit."
            },
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Parse_ReportsTheWholeMessage_WhenOnePlaceIsFaulty(string place, string replacement, string expected)
    {
        var error = Assert.Throws<ConfigException>(() =>
            EnvironmentConfigReader.Parse(EnvironmentText.With(place, replacement), EnvironmentText.File)
        );

        Assert.Equal(expected, string.Join("\n", error.Faults).Replace(EnvironmentText.File, "", StringComparison.Ordinal));
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_ReadsEveryDatastore()
    {
        var environment = EnvironmentConfigReader.Parse(EnvironmentText.Valid, EnvironmentText.File);

        Assert.Equal(
            [("demo_data", ".local/datastores/demo", null), ("test_data", null, "storage")],
            environment.Datastores.Select(pair => (pair.Key, pair.Value.Folder, pair.Value.Account))
        );
    }
}
