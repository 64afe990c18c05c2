namespace Build.Log.Displays;

/// <summary>Shows listings and progress in the form that the output can take.</summary>
public interface IDisplay
{
    /// <summary>Shows a listing.</summary>
    void Show(BuildContext context, Listing listing);

    /// <summary>Runs work and shows its progress.</summary>
    Task TrackAsync(BuildContext context, Func<ITracker, Task> work);

    /// <summary>Runs work and shows a listing that it changes.</summary>
    Task ShowLiveAsync(BuildContext context, Func<ILiveListing, Task> work);
}
