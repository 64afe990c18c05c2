namespace Build.Log;

/// <summary>Shows listings and progress in the form that the output can take.</summary>
public interface IDisplay
{
    /// <summary>Shows a listing.</summary>
    void Show(BuildContext context, Listing listing);
}
