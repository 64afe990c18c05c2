using Cake.Core;

namespace Cake.Frosting;

/// <summary>Runs before each task, skipped ones too.</summary>
public interface IFrostingTaskSetup
{
    void Setup(ICakeContext context, ITaskSetupContext info);
}
