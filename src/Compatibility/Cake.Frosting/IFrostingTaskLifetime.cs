namespace Cake.Frosting;

/// <summary>A setup and a teardown of each task in one class.</summary>
public interface IFrostingTaskLifetime : IFrostingTaskSetup, IFrostingTaskTeardown;
