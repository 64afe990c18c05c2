using Cake.Core.Annotations;
using Cake.Core.Composition;

[assembly: CakeModule(typeof(DirectStart.DirectStartModule))]

namespace DirectStart;

/// <summary>
/// Becomes an unchanged host as soon as Cake loads its modules, which is before it loads a script, its references and their aliases.
/// </summary>
/// <remarks>
/// build.cake does the same later, and builds a host that is stale. Without this module everything works, half a second later.
/// </remarks>
public sealed class DirectStartModule : ICakeModule
{
    private const string Script = "build.cake";

    public void Register(ICakeContainerRegistrar registrar)
    {
        var arguments = Environment.GetCommandLineArgs().Skip(1).ToList();
        if (arguments is [var script, ..] && script.EndsWith(".cake", StringComparison.OrdinalIgnoreCase))
        {
            if (!string.Equals(script, Script, StringComparison.Ordinal))
                return;
            arguments.RemoveAt(0);
        }

        if (!File.Exists(Script) || !HostFiles.AreCurrent())
            return;
        Successor.Become(Environment.ProcessPath!, [Path.GetFullPath(HostFiles.Assembly), .. arguments]);
    }
}
