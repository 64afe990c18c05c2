using System.Text;

namespace EndToEnd.Attacks;

/// <summary>Lists every attack. A class of attacks against another part adds its list here.</summary>
public static class AttackTable
{
    public static IReadOnlyList<Attack> All { get; } =
    [.. LinkAttacks.All, .. PathAttacks.All, .. TokenAttacks.All, .. BodyAttacks.All, .. JobAttacks.All, .. ProcessAttacks.All];

    /// <summary>Creates the table of docs/security.md.</summary>
    public static string Create()
    {
        var text = new StringBuilder();
        foreach (var area in All.GroupBy(attack => attack.Area, StringComparer.Ordinal))
        {
            text.Append($"### {area.Key}\n\n| input | what must happen |\n|---|---|\n");
            foreach (var attack in area)
                text.Append($"| {attack.Input} | {attack.Outcome} |\n");
            text.Append('\n');
        }

        return text.ToString();
    }
}
