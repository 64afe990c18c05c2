using Fixtures.Checkouts;

[assembly: AssemblyFixture(typeof(DemoData))]
// Each run trains, and two cores are what there is: one after another is faster than all at once.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
