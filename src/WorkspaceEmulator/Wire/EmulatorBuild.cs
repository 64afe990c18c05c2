namespace WorkspaceEmulator.Wire;

/// <summary>Identifies this build of the emulator.</summary>
internal static class EmulatorBuild
{
    /// <summary>Gets the module version id. A client compares it with that of the file that it would start.</summary>
    public static string Id => typeof(EmulatorBuild).Module.ModuleVersionId.ToString();
}
