using Cake.Core;
using Cake.Core.Diagnostics;
using Cake.Core.IO;

namespace Cake.Frosting.Internal;

/// <summary>
/// Holds a command line: at least one target, in the order given; the value of <c>--working</c>, null when absent; the switches; and
/// as arguments every option that is not the host's own, with <c>target</c>.
/// </summary>
internal sealed record CommandLine(
    IReadOnlyList<string> Targets,
    DirectoryPath? Working,
    Verbosity Verbosity,
    bool Description,
    bool Tree,
    bool DryRun,
    bool Exclusive,
    bool Version,
    bool Info,
    bool Help,
    CakeArguments Arguments
);
