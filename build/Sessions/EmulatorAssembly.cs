using System.Reflection;
using Cake.Core;

namespace Build.Sessions;

/// <summary>Finds the emulator that was built with this host.</summary>
internal static class EmulatorAssembly
{
    /// <summary>Returns the absolute path of the emulator's assembly.</summary>
    /// <exception cref="CakeException">The emulator was not built.</exception>
    public static string Find()
    {
        var relative = typeof(EmulatorAssembly)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "EmulatorPath")
            .Value!;
        var path = Path.GetFullPath(relative, AppContext.BaseDirectory);
        return File.Exists(path) ? path : throw new CakeException($"The emulator is not at {path}; build it: dotnet build build");
    }
}
