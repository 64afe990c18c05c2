namespace Fixtures.Registries;

/// <summary>Hashes the passwords of htpasswd files.</summary>
public static class Bcrypt
{
    // 2^4 rounds, the minimum, is enough for a test.
    private const int Cost = 4;

    /// <summary>Returns the bcrypt hash of a password with a random salt.</summary>
    public static string Hash(string password) => BCrypt.Net.BCrypt.HashPassword(password, Cost);
}
