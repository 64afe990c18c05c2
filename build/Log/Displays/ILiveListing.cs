namespace Build.Log.Displays;

/// <summary>Shows a listing that changes while work is done.</summary>
public interface ILiveListing
{
    /// <summary>Writes a line about a change to a log; a terminal gets none, because the listing shows it.</summary>
    void Say(string line);

    /// <summary>Redraws the listing of a terminal; a log gets nothing.</summary>
    void Update(Listing listing);
}
