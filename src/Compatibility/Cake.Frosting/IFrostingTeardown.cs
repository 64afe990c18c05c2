using Cake.Core;

namespace Cake.Frosting;

/// <summary>Runs once, after the last task, also when a task or the setup failed.</summary>
public interface IFrostingTeardown
{
    void Teardown(ICakeContext context, ITeardownContext info);
}
