using Fixtures.Checkouts;

[assembly: AssemblyFixture(typeof(DemoData))]
// Each run trains, and the machine has two cores: one after another is faster than all at once.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
