using Fixtures.Checkouts;
using Fixtures.Pipelines;

[assembly: AssemblyFixture(typeof(DemoData))]
[assembly: AssemblyFixture(typeof(PipelineFiles))]
// Each run trains, and the machine has two cores: one after another is faster than all at once.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
