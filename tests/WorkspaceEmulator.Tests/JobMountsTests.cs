using WorkspaceEmulator.Execution;

namespace WorkspaceEmulator.Tests;

public class JobMountsTests
{
    [Fact]
    public void Fill_QuotesPaths_WhenTheShellWouldSplitThem()
    {
        var mounts = new JobMounts(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "/plain/path", ["b"] = "/it's a path" },
            new Dictionary<string, string>(StringComparer.Ordinal) { ["o"] = "/out" },
            new Dictionary<string, string>(StringComparer.Ordinal) { ["n"] = "1 2" }
        );

        Assert.Equal(
            @"run /plain/path '/it'\''s a path' /out 1 2",
            mounts.Fill("run ${{inputs.a}} ${{ inputs.b }} ${{outputs.o}} ${{inputs.n}}")
        );
    }
}
