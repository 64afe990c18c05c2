namespace Fixtures;

/// <summary>Reads the kernel's table of processes.</summary>
public static class ProcessTable
{
    /// <summary>Returns whether a process runs: a zombie, which only waits for its parent, does not.</summary>
    public static bool IsAlive(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[stat.LastIndexOf(')')..][2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false; // The process has ended.
        }
    }
}
