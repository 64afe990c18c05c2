using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace WorkspaceEmulator.Files;

/// <summary>Calls the C library for what .NET lacks: files that are named relative to an open folder, without following links.</summary>
internal static partial class NativeFiles
{
    public const int NotPermitted = 1;
    public const int NotFound = 2;
    public const int NoDevice = 6;
    public const int AccessDenied = 13;
    public const int AlreadyExists = 17;
    public const int OtherFileSystem = 18;
    public const int NotAFolder = 20;
    public const int IsAFolder = 21;
    public const int NoSpace = 28;
    public const int ReadOnlyFileSystem = 30;
    public const int NameTooLong = 36;
    public const int NotEmpty = 39;
    public const int IsALink = 40;
    public const int NotSupported = 95;
    public const int QuotaExceeded = 122;

    /// <summary>Opens for reading.</summary>
    public const int Read = 0;
    public const int Write = 0x1;
    public const int Create = 0x40;
    public const int New = 0x80;
    public const int Append = 0x400;

    private const int CurrentFolder = -100;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int PathOnly = 0x200000;
    private const int RemoveFolderFlag = 0x200;
    private const int LinkItself = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicFacts = 0x7ff;
    private const int NameOffset = 19; // Of the name in the C library's directory entry, on every 64-bit Linux.

    // These two have other values on ARM.
    private static readonly int FolderFlag = IsArm ? 0x4000 : 0x10000;
    private static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    /// <summary>Opens a folder by its path, which may hold links.</summary>
    /// <returns>The folder, or the error.</returns>
    public static (SafeFileHandle? Folder, int Error) OpenRoot(string path) =>
        Opened(OpenAt(CurrentFolder, Bytes(path), PathOnly | FolderFlag | CloseOnExec, 0));

    /// <summary>Opens a folder in another one; a link to a folder is <see cref="NotAFolder"/>.</summary>
    /// <param name="parent">The other folder.</param>
    /// <param name="name">Its name, without slashes, ended by a zero byte.</param>
    /// <param name="isListed">Whether its entries will be read; else it is only passed through.</param>
    public static (SafeFileHandle? Folder, int Error) OpenFolder(SafeFileHandle parent, ReadOnlySpan<byte> name, bool isListed = false) =>
        Opened(OpenAt(parent, name, (isListed ? Read : PathOnly) | FolderFlag | NoFollow | CloseOnExec));

    /// <summary>Opens a file in a folder; a link is <see cref="IsALink"/>. A pipe without another end does not block.</summary>
    /// <param name="parent">The folder.</param>
    /// <param name="name">Its name, ended by a zero byte.</param>
    /// <param name="access">How it is opened.</param>
    /// <param name="mode">Permissions of a new file, which the umask limits.</param>
    public static (SafeFileHandle? File, int Error) OpenFile(SafeFileHandle parent, ReadOnlySpan<byte> name, int access, uint mode = 0) =>
        Opened(OpenAt(parent, name, access | NoFollow | NonBlocking | CloseOnExec, mode));

    /// <summary>Creates a folder in another one.</summary>
    /// <returns>Zero, or the error.</returns>
    public static int CreateFolder(SafeFileHandle parent, ReadOnlySpan<byte> name, uint mode)
    {
        var copy = Copy(name);
        return Error(With(parent, id => MakeFolderAt(id, copy, mode)));
    }

    public static int RemoveFile(SafeFileHandle parent, ReadOnlySpan<byte> name) => Remove(parent, name, 0);

    public static int RemoveFolder(SafeFileHandle parent, ReadOnlySpan<byte> name) => Remove(parent, name, RemoveFolderFlag);

    /// <summary>Moves an entry and replaces what has the new name.</summary>
    public static int Rename(SafeFileHandle from, ReadOnlySpan<byte> name, SafeFileHandle to, ReadOnlySpan<byte> newName)
    {
        var (source, target) = (Copy(name), Copy(newName));
        return Error(With(from, fromId => With(to, toId => RenameAt(fromId, source, toId, target))));
    }

    /// <summary>Gives a file a second name, which must be free.</summary>
    public static int AddName(SafeFileHandle from, ReadOnlySpan<byte> name, SafeFileHandle to, ReadOnlySpan<byte> newName)
    {
        var (source, target) = (Copy(name), Copy(newName));
        return Error(With(from, fromId => With(to, toId => LinkAt(fromId, source, toId, target, 0))));
    }

    /// <summary>Reads what is known of an entry, without following it.</summary>
    public static FileFacts? FactsOf(SafeFileHandle parent, ReadOnlySpan<byte> name)
    {
        var copy = Copy(name);
        var facts = default(StatX);
        return With(parent, id => StatXAt(id, copy, LinkItself, BasicFacts, ref facts)) == 0 ? facts.ToFacts() : null;
    }

    /// <summary>Reads what is known of an open file.</summary>
    public static FileFacts? FactsOf(SafeFileHandle file)
    {
        var facts = default(StatX);
        return With(file, id => StatXAt(id, [0], EmptyPath, BasicFacts, ref facts)) == 0 ? facts.ToFacts() : null;
    }

    /// <summary>Reads the entries of a folder: their names, ended by a zero byte, which need not be valid text.</summary>
    public static List<byte[]> ReadNames(SafeFileHandle folder)
    {
        var names = new List<byte[]>();
        var (own, _) = OpenFolder(folder, [(byte)'.', 0], isListed: true);
        if (own is null)
            return names;
        var stream = OpenStream((int)own.DangerousGetHandle());
        if (stream == 0)
        {
            own.Dispose();
            return names;
        }

        own.SetHandleAsInvalid(); // The stream owns it.
        try
        {
            while (ReadEntry(stream) is var entry && entry != 0)
            {
                var length = 0;
                while (Marshal.ReadByte(entry, NameOffset + length) != 0)
                    length++;
                var name = new byte[length + 1];
                Marshal.Copy(entry + NameOffset, name, 0, length);
                if (name is not [(byte)'.', 0] and not [(byte)'.', (byte)'.', 0])
                    names.Add(name);
            }
        }
        finally
        {
            _ = CloseStream(stream);
        }

        return names;
    }

    /// <summary>Converts a name for the calls of this class.</summary>
    public static byte[] Bytes(string name) => [.. Encoding.UTF8.GetBytes(name), 0];

    /// <summary>Converts a name back; null when it is not valid text.</summary>
    public static string? Text(ReadOnlySpan<byte> name)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(name[..^1]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Creates the exception for an error, in the form that .NET's own have.</summary>
    public static IOException Exception(int error, string path) => new($"{Marshal.GetPInvokeErrorMessage(error)} : '{path}'", error);

    private static byte[] Copy(ReadOnlySpan<byte> name) => name.ToArray();

    private static int Error(int result) => result == 0 ? 0 : Marshal.GetLastPInvokeError();

    private static int Remove(SafeFileHandle parent, ReadOnlySpan<byte> name, int flags)
    {
        var copy = Copy(name);
        return Error(With(parent, id => UnlinkAt(id, copy, flags)));
    }

    private static (SafeFileHandle? Handle, int Error) Opened(int id) =>
        id < 0 ? (null, Marshal.GetLastPInvokeError()) : (new SafeFileHandle(id, ownsHandle: true), 0);

    private static int OpenAt(SafeFileHandle parent, ReadOnlySpan<byte> name, int flags, uint mode = 0)
    {
        var copy = Copy(name);
        return With(parent, id => OpenAt(id, copy, flags, mode));
    }

    private static int With(SafeFileHandle handle, Func<int, int> call)
    {
        var isHeld = false;
        try
        {
            handle.DangerousAddRef(ref isHeld);
            return call((int)handle.DangerousGetHandle());
        }
        finally
        {
            if (isHeld)
                handle.DangerousRelease();
        }
    }

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenAt(int parent, byte[] name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MakeFolderAt(int parent, byte[] name, uint mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int UnlinkAt(int parent, byte[] name, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int RenameAt(int from, byte[] name, int to, byte[] newName);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int LinkAt(int from, byte[] name, int to, byte[] newName, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int StatXAt(int parent, byte[] name, int flags, uint mask, ref StatX facts);

    [LibraryImport("libc", EntryPoint = "fdopendir", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint OpenStream(int folder);

    [LibraryImport("libc", EntryPoint = "readdir", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ReadEntry(nint stream);

    [LibraryImport("libc", EntryPoint = "closedir", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CloseStream(nint stream);

    /// <summary>The kernel's <c>struct statx</c>, which is the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatX
    {
        private const int KindMask = 0xf000;
        private const int Folder = 0x4000;
        private const int Regular = 0x8000;

        [FieldOffset(16)]
        private readonly uint links;

        [FieldOffset(28)]
        private readonly ushort mode;

        [FieldOffset(40)]
        private readonly long length;

        [FieldOffset(112)]
        private readonly long modifiedSeconds;

        [FieldOffset(120)]
        private readonly uint modifiedNanoseconds;

        public readonly FileFacts ToFacts() =>
            new(
                (mode & KindMask) == Regular,
                (mode & KindMask) == Folder,
                length,
                links,
                DateTimeOffset.UnixEpoch.AddTicks(
                    (Math.Clamp(modifiedSeconds, -62_135_596_800, 253_402_300_799) * TimeSpan.TicksPerSecond) + (modifiedNanoseconds / 100)
                )
            );
    }
}
