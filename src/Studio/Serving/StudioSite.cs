using Studio.Runs;

namespace Studio.Serving;

/// <summary>Holds what the studio serves and to whom.</summary>
/// <param name="Store">The jobs.</param>
/// <param name="Access">The token and the cookie.</param>
/// <param name="Time">The clock.</param>
/// <param name="Stopping">Ends the streams of events when the server stops.</param>
public sealed record StudioSite(IRunStore Store, StudioAccess Access, TimeProvider Time, CancellationToken Stopping);
