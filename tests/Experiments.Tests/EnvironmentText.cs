namespace Experiments.Tests;

/// <summary>One valid environment config, from which faulty ones are made by changing one place.</summary>
internal static class EnvironmentText
{
    public const string File = "configuration/local_config.json";

    public const string Valid = """
        {
          "AML_SUBSCRIPTION_ID": "00000000-0000-0000-0000-000000000000",
          "AML_RESOURCE_GROUP": "local",
          "AML_WORKSPACE_NAME": "local",
          "LOCATION": "westeurope",
          "REGISTRY": "localhost:5000",
          "IMAGE_REPOSITORY": "model-training",
          "ENDPOINT": "https://localhost:0",
          "DATASTORES": {
            "demo_data": {"FOLDER": ".local/datastores/demo"},
            "test_data": {"ACCOUNT": "storage", "CONTAINER": "data", "AUTH": "identity"}
          }
        }
        """;

    /// <summary>The valid text with one place changed, which must occur once.</summary>
    public static string With(string place, string replacement)
    {
        Assert.Equal(2, Valid.Split(place).Length);
        return Valid.Replace(place, replacement, StringComparison.Ordinal);
    }
}
