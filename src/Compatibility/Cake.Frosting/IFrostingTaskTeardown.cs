using Cake.Core;

namespace Cake.Frosting;

/// <summary>Runs after each task, skipped and failed ones too.</summary>
public interface IFrostingTaskTeardown
{
    void Teardown(ICakeContext context, ITaskTeardownContext info);
}
