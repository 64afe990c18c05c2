using WorkspaceEmulator.Hosting;

namespace WorkspaceEmulator.Tests;

public class OpenFilesTests
{
    [Theory]
    [InlineData("64                   64", "The emulator may open 64 files; it needs 256. Raise the limit, for example by: ulimit -n 1024")]
    [InlineData("256                  4096", null)]
    [InlineData("unlimited            unlimited", null)]
    public void Fault_ReturnsTheLimit_WhenItIsTooLow(string limits, string? fault) =>
        Assert.Equal(
            fault,
            OpenFiles.Fault(
                "Limit                     Soft Limit           Hard Limit           Units     \n"
                    + $"Max open files            {limits}   files     \n"
            )
        );
}
