namespace Build.LocalRuntime;

/// <summary>A module that the trainer imports, and the Debian package that contains it.</summary>
public sealed record PythonModule(string Name, string DebianPackage);
