namespace Images.Tests.Inputs;

/// <summary>
/// An ignore file, and the files of <see cref="Tree"/> that it does not exclude. The tests of a real build use the same cases.
/// </summary>
public sealed record IgnoreCase(string Name, string Rules, string Left)
{
    /// <summary>The files of every case.</summary>
    public static IReadOnlyList<string> Tree { get; } =
    ["!d", "#c", "a.py", "ab.py", "b.txt", "e[f].txt", "lib/src/a.py", "src/a.py", "src/b.txt", "src/deep/.hidden", "src/deep/a.py"];

    public static IReadOnlyList<IgnoreCase> All { get; } =
    [
        new("nothing", "", "!d #c a.py ab.py b.txt e[f].txt lib/src/a.py src/a.py src/b.txt src/deep/.hidden src/deep/a.py"),
        new("everything", "*", ""),
        new("everything, by two stars", "**", ""),
        new(
            "comment and blank lines",
            "# a.py\n\n   \na.py\n",
            "!d #c ab.py b.txt e[f].txt lib/src/a.py src/a.py src/b.txt src/deep/.hidden src/deep/a.py"
        ),
        new(
            "number sign after a blank",
            " #c",
            "!d a.py ab.py b.txt e[f].txt lib/src/a.py src/a.py src/b.txt src/deep/.hidden src/deep/a.py"
        ),
        new("byte order mark", "\uFEFF*.py", "!d #c b.txt e[f].txt lib/src/a.py src/a.py src/b.txt src/deep/.hidden src/deep/a.py"),
        new("line ends of Windows", "*.py\r\nb.txt\r\n", "!d #c e[f].txt lib/src/a.py src/a.py src/b.txt src/deep/.hidden src/deep/a.py"),
        new(
            "a name is of the root alone",
            "a.py",
            "!d #c ab.py b.txt e[f].txt lib/src/a.py src/a.py src/b.txt src/deep/.hidden src/deep/a.py"
        ),
        new(
            "a star stays within a segment",
            "*/*.py",
            "!d #c a.py ab.py b.txt e[f].txt lib/src/a.py src/b.txt src/deep/.hidden src/deep/a.py"
        ),
        new(
            "a question mark is one character",
            "a?.py",
            "!d #c a.py b.txt e[f].txt lib/src/a.py src/a.py src/b.txt src/deep/.hidden src/deep/a.py"
        ),
        new("a folder", "src", "!d #c a.py ab.py b.txt e[f].txt lib/src/a.py"),
        new("a folder with a slash after it", "src/", "!d #c a.py ab.py b.txt e[f].txt lib/src/a.py"),
        new("a folder with a slash before it", "/src", "!d #c a.py ab.py b.txt e[f].txt lib/src/a.py"),
        new("a folder from here", "./src", "!d #c a.py ab.py b.txt e[f].txt lib/src/a.py"),
        new("a path with a detour", "lib/../src//deep", "!d #c a.py ab.py b.txt e[f].txt lib/src/a.py src/a.py src/b.txt"),
        new("the content of a folder", "src/**", "!d #c a.py ab.py b.txt e[f].txt lib/src/a.py"),
        new("the files of a folder", "src/*.*", "!d #c a.py ab.py b.txt e[f].txt lib/src/a.py src/deep/.hidden src/deep/a.py"),
        new("two stars before a name", "**/a.py", "!d #c ab.py b.txt e[f].txt src/b.txt src/deep/.hidden"),
        new("two stars before a folder", "**/src", "!d #c a.py ab.py b.txt e[f].txt"),
        new("two stars within a path", "src/**/a.py", "!d #c a.py ab.py b.txt e[f].txt lib/src/a.py src/b.txt src/deep/.hidden"),
        new("two stars and a kind", "**/*.py", "!d #c b.txt e[f].txt src/b.txt src/deep/.hidden"),
        new("hidden files", "**/.*", "!d #c a.py ab.py b.txt e[f].txt lib/src/a.py src/a.py src/b.txt src/deep/a.py"),
        new("a class", "[ab].*", "!d #c ab.py e[f].txt lib/src/a.py src/a.py src/b.txt src/deep/.hidden src/deep/a.py"),
        new("a range", "[a-c]*", "!d #c e[f].txt lib/src/a.py src/a.py src/b.txt src/deep/.hidden src/deep/a.py"),
        new("all but a class", "[^a-c]*", "a.py ab.py b.txt"),
        new("an escaped bracket", @"e\[f\].txt", "!d #c a.py ab.py b.txt lib/src/a.py src/a.py src/b.txt src/deep/.hidden src/deep/a.py"),
        new(
            "an escaped exclamation mark",
            @"\!d",
            "#c a.py ab.py b.txt e[f].txt lib/src/a.py src/a.py src/b.txt src/deep/.hidden src/deep/a.py"
        ),
        new("a dot is a dot", "a.p.", "!d #c a.py ab.py b.txt e[f].txt lib/src/a.py src/a.py src/b.txt src/deep/.hidden src/deep/a.py"),
        new("case counts", "A.PY\nSRC", "!d #c a.py ab.py b.txt e[f].txt lib/src/a.py src/a.py src/b.txt src/deep/.hidden src/deep/a.py"),
        new("an exception", "*.py\n!a.py", "!d #c a.py b.txt e[f].txt lib/src/a.py src/a.py src/b.txt src/deep/.hidden src/deep/a.py"),
        new(
            "an exception with a blank",
            "*.py\n! a.py",
            "!d #c a.py b.txt e[f].txt lib/src/a.py src/a.py src/b.txt src/deep/.hidden src/deep/a.py"
        ),
        new("an exception undone", "*\n!a.py\na.py", ""),
        new("an exception too early", "!a.py\n*", ""),
        new("only one folder", "*\n!src", "src/a.py src/b.txt src/deep/.hidden src/deep/a.py"),
        new("only one folder within a folder", "*\n!src/deep", "src/deep/.hidden src/deep/a.py"),
        new("only one file within a folder", "*\n!src/deep/a.py", "src/deep/a.py"),
        new("a folder without some of it", "*\n!src\nsrc/deep\n**/*.txt", "src/a.py"),
        new("a folder's folder brought back", "src\n!src/deep\nsrc/deep/.*", "!d #c a.py ab.py b.txt e[f].txt lib/src/a.py src/deep/a.py"),
        new("an exception does not open folders by stars", "*\n!**/*.py", "a.py ab.py"),
        new("an exception opens no folder by a star", "*\n!*/a.py", ""),
        new(
            "outside the context",
            "../a.py\n/",
            "!d #c a.py ab.py b.txt e[f].txt lib/src/a.py src/a.py src/b.txt src/deep/.hidden src/deep/a.py"
        ),
    ];

    public static TheoryData<string> Names => [.. All.Select(one => one.Name)];

    /// <summary>The files that are not excluded, in the order of their names.</summary>
    public IReadOnlyList<string> LeftFiles => Left.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public static IgnoreCase Find(string name) => All.Single(one => one.Name == name);
}
