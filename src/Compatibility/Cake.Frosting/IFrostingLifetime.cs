namespace Cake.Frosting;

/// <summary>A setup and a teardown of the run in one class.</summary>
public interface IFrostingLifetime : IFrostingSetup, IFrostingTeardown;
