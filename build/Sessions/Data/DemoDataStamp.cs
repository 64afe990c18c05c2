using System.Security.Cryptography;
using System.Text;

namespace Build.Stages;

/// <summary>Knows the drawn pictures again without starting Python, which takes half a second to say that nothing changed.</summary>
/// <param name="root">Absolute path of the repository.</param>
/// <param name="folder">Where the pictures and their CSV files are.</param>
/// <param name="stamp">The file that remembers them.</param>
internal sealed class DrawnPictures(string root, string folder, string stamp)
{
    private static readonly string[] Sources = ["data/demo_data.py", "data/road_pictures.py"];

    /// <summary>Whether names, sizes and times of the files, and the sources that draw them, are those remembered.</summary>
    public bool AreCurrent() => Directory.Exists(folder) && File.Exists(stamp) && File.ReadAllText(stamp) == Fingerprint();

    /// <summary>Remembers the files as they are now.</summary>
    public void Remember()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(stamp)!);
        File.WriteAllText(stamp, Fingerprint());
    }

    private string Fingerprint()
    {
        var lines = new DirectoryInfo(folder)
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(file => $"{file.FullName}|{file.Length}|{file.LastWriteTimeUtc.Ticks}")
            .Concat(Sources.Select(name => File.ReadAllText(Path.Combine(root, "src", "training", "detection", name))))
            .Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }
}
