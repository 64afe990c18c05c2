using Build.LocalRuntime;

namespace Build.Testing;

/// <summary>The programs and libraries that test suites start, as packages of Debian.</summary>
/// <remarks>They are installed before any suite that needs them starts, so that no two suites wait for the lock of apt.</remarks>
public sealed class TestPrograms(DebianPackages packages)
{
    private static readonly (string File, string Package, bool IsForUnit)[] Programs =
    [
        ("/usr/bin/docker-registry", "docker-registry", true),
        ("/usr/bin/chromium-headless-shell", "chromium-headless-shell", false),
        ("/usr/lib/python3/dist-packages/azure/ai/ml", "python3-azure", false),
    ];

    /// <summary>Installs what is missing, where that is possible; elsewhere the suites name it.</summary>
    /// <param name="context">The run.</param>
    /// <param name="onlyUnit">Whether only the unit tests run.</param>
    /// <exception cref="Cake.Core.CakeException">An installation failed.</exception>
    public async Task EnsureAsync(BuildContext context, bool onlyUnit)
    {
        var missing = Programs
            .Where(program => (program.IsForUnit || !onlyUnit) && !Path.Exists(program.File))
            .Select(program => program.Package)
            .ToList();
        if (DebianPackages.CanInstall && missing.Count > 0)
            await packages.InstallAsync(context, missing);
    }
}
