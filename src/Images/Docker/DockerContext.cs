using Cake.Core;
using Cake.Core.IO;

namespace Images.Docker;

/// <summary>Cake's context with another way to start programs, for Cake.Docker's aliases.</summary>
internal sealed class DockerContext(ICakeContext context, IProcessRunner runner) : CakeContextAdapter(context)
{
    public override IProcessRunner ProcessRunner => runner;
}
