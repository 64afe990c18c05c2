namespace Build.LocalRuntime;

/// <summary>A module that must be importable, and the Debian package that brings it.</summary>
public sealed record PythonModule(string Name, string DebianPackage);
