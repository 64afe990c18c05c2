using CodeHosts.Text;

namespace CodeHosts.Hosts;

/// <summary>The status <c>model-training/verdict</c> of a commit.</summary>
/// <param name="State">The state.</param>
/// <param name="Description">One line, of which both hosts get letters, digits and <c>. _ - / = + ,</c>.</param>
/// <param name="Page">The page that says more; null without one.</param>
public sealed record VerdictStatus(VerdictState State, string Description, string? Page)
{
    /// <summary>The first part of the status' name.</summary>
    public const string Genre = "model-training";

    /// <summary>The second part of the status' name.</summary>
    public const string Name = "verdict";

    private const int LongestDescription = 140;

    /// <summary>The description as both hosts accept it.</summary>
    public string ShownDescription => SafeText.Show(Description, LongestDescription - 1);

    /// <summary>The page, where it is a plain https address.</summary>
    public string? ShownPage => MarkdownText.IsPlainAddress(Page) ? Page : null;
}
