namespace CodeHosts.Annotations;

/// <summary>The rules that a fault can break, as SARIF and the annotations name them.</summary>
public static class FaultRules
{
    public const string ExpConfig = "exp-config";
    public const string Placeholder = "placeholder";
    public const string Plan = "plan";
    public const string Dataset = "dataset";
    public const string SignIn = "sign-in";

    /// <summary>Each rule with a short and a full description, and where to read more.</summary>
    internal static IReadOnlyList<(string Id, string Short, string Full, string Help)> All { get; } =
    [
        (
            ExpConfig,
            "A setting is not what its rule allows.",
            "A key of the exp_config or of the environment config is unknown, missing, or has a value outside its range.",
            "See docs/exp_config.md for every key, its range and its default."
        ),
        (
            Placeholder,
            "A value of the sample was not replaced.",
            "The environment config still has a value of the sample that this repository contains.",
            "See docs/getting-started.md for the way to an environment config of your own."
        ),
        (
            Plan,
            "The experiment cannot be planned.",
            "The settings are valid, but this version or this environment cannot carry them out.",
            "See docs/exp_config.md, and the environment config that ENV_CONFIG_FILE names."
        ),
        (
            Dataset,
            "A row or a file of the dataset cannot be used.",
            "A CSV file of the dataset has a row that is not an image with a box inside it, or a file is missing.",
            "See docs/datastores.md for the layout and the columns."
        ),
        (
            SignIn,
            "No configured way can sign in to Azure.",
            "The variables and tools of this machine allow no sign-in to the tenant of the environment config.",
            "See docs/identity.md for the ways to sign in."
        ),
    ];
}
