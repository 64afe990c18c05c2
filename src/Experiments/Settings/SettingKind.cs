namespace Experiments.Settings;

/// <summary>The kind of JSON value that a key takes.</summary>
internal enum SettingKind
{
    Text,
    Choice,
    Integer,
    Number,
    Boolean,

    /// <summary>An object with known keys.</summary>
    Object,

    /// <summary>An object whose keys are names the user chooses, each with the same known keys inside.</summary>
    Map,

    /// <summary>An object whose keys are key paths of other sections.</summary>
    KeyPaths,
}
