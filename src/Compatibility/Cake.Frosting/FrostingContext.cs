using Cake.Core;

namespace Cake.Frosting;

/// <summary>The base of a host's own context: Cake's, to which a build adds what its tasks share.</summary>
public class FrostingContext(ICakeContext context) : CakeContextAdapter(context), IFrostingContext;
