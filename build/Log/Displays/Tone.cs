namespace Build.Log.Displays;

/// <summary>The meaning of a row of a listing.</summary>
public enum Tone
{
    Plain,
    Heading,
    Good,
    Caution,
    Bad,
}
