namespace Studio.Tests;

/// <summary>What all threads of this process allocate is measured, so no other test may run meanwhile.</summary>
[CollectionDefinition(nameof(MemoryOfTheProcess), DisableParallelization = true)]
public sealed class MemoryOfTheProcess;
