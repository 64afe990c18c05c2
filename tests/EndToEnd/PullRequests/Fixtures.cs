using EndToEnd.PullRequests;
using Fixtures.Checkouts;

[assembly: AssemblyFixture(typeof(DemoData))]
[assembly: AssemblyFixture(typeof(PipelineFiles))]
// Each run trains, and two cores are what there is: one after another is faster than all at once.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
