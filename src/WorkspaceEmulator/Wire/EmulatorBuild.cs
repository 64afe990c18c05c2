namespace WorkspaceEmulator.Wire;

/// <summary>Identifies this build of the emulator.</summary>
internal static class EmulatorBuild
{
    /// <summary>Module version id: a client compares it with that of the file it would start.</summary>
    public static string Id => typeof(EmulatorBuild).Module.ModuleVersionId.ToString();
}
