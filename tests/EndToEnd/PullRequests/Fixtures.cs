using Fixtures.Checkouts;
using Fixtures.Pipelines;

[assembly: AssemblyFixture(typeof(DemoData))]
[assembly: AssemblyFixture(typeof(PipelineFiles))]
