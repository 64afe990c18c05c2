using Microsoft.Win32.SafeHandles;
using WorkspaceEmulator.Files;

namespace WorkspaceEmulator.Blobs;

/// <summary>Reads files one after another, each only when its turn has come.</summary>
/// <param name="parts">The files, which this stream opens and closes; a missing one ends the reading.</param>
internal sealed class JoinedStream(IEnumerable<SafeFileHandle?> parts) : ReadStream
{
    private readonly IEnumerator<SafeFileHandle?> left = parts.GetEnumerator();
    private FileSnapshot? current;

    public override int Read(byte[] buffer, int offset, int count)
    {
        while (current is not null || Next())
        {
            if (current!.Read(buffer, offset, count) is > 0 and var read)
                return read;
            current.Dispose();
            current = null;
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            current?.Dispose();
            left.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool Next()
    {
        if (!left.MoveNext())
            return false;
        current = new FileSnapshot(left.Current ?? throw new IOException("A block was removed while its blob was made."));
        return true;
    }
}
