using Cake.Core;

namespace Cake.Frosting;

/// <summary>Runs once, before the first task. When it throws, no task runs.</summary>
public interface IFrostingSetup
{
    void Setup(ICakeContext context, ISetupContext info);
}
