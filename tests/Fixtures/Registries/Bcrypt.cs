using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Fixtures.Registries;

/// <summary>The password hash of htpasswd files, by the C library, which .NET has no equal for.</summary>
public static partial class Bcrypt
{
    private const string Alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public static string Hash(string password)
    {
        // 22 characters of salt, of which the last holds two bits only; cost 4 is the least and enough for a test.
        var salt = RandomNumberGenerator.GetString(Alphabet, 21) + ".";
        var hash = Marshal.PtrToStringUTF8(Crypt(password, $"$2b$04${salt}"));
        return hash is { Length: 60 } ? hash : throw new InvalidOperationException("libcrypt does not know bcrypt; install libcrypt1.");
    }

    [LibraryImport("libcrypt.so.1", EntryPoint = "crypt", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Crypt(string key, string setting);
}
