using Fixtures.Checkouts;

[assembly: AssemblyFixture(typeof(DemoData))]
