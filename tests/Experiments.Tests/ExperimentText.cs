using Experiments.Json;
using Experiments.Reading;

namespace Experiments.Tests;

/// <summary>One valid exp_config, from which faulty ones are made by changing one place.</summary>
internal static class ExperimentText
{
    public const string File = "exp_configs/demo.json";

    public const string Valid = """
        {
          "ENV_CONFIG_FILE": "local_config.json",
          "EXP_NAME": "demo",
          "COMPUTE_NAME": "local",
          "NODES": 2,
          "COMPUTE": {"VM_SIZE": "Standard_NC4as_T4_v3", "PRIORITY": "Dedicated", "MIN_NODES": 0},
          "DATA_MOUNT": "demo_data",
          "IMAGE_TYPE": "pothole",
          "EVAL_CONF": 0.5,
          "RUN_PARAMS": {
            "STEPS": 400,
            "LEARNING_RATE": 0.01
          },
          "MODEL_PARAMS": {
            "BASE_MODEL": "faster_rcnn_tiny",
            "FIRST_STAGE": {"STRIDE": 16}
          },
          "HYPERTUNE": false
        }
        """;

    /// <summary>The valid text with one place changed, which must occur once.</summary>
    public static string With(string place, string replacement)
    {
        Assert.Equal(2, Valid.Split(place).Length);
        return Valid.Replace(place, replacement, StringComparison.Ordinal);
    }

    public static string Faults(string text, params string[] overrides)
    {
        var error = Assert.Throws<ConfigException>(() => ExperimentReader.Parse(text, File, overrides));
        return string.Join("\n", error.Faults);
    }
}
