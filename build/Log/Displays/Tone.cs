namespace Build.Log.Displays;

/// <summary>How a row of a listing is meant.</summary>
public enum Tone
{
    Plain,
    Heading,
    Good,
    Caution,
    Bad,
}
