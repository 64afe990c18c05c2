namespace Fixtures.CodeHosts;

/// <summary>A request that a server holds back.</summary>
/// <param name="after">The number of requests that pass first.</param>
public sealed class HeldRequest(int after)
{
    private readonly TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int left = after;

    /// <summary>Waits until the request is held, or its sender ended without sending so many.</summary>
    /// <returns>Whether it is held. If not, no later request is held in its place.</returns>
    public async Task<bool> IsHeldAsync(Task sender)
    {
        if (await Task.WhenAny(arrived.Task, sender) == arrived.Task)
            return true;
        Release();
        return false;
    }

    /// <summary>Lets the request pass.</summary>
    public void Release() => released.TrySetResult();

    internal bool IsNext() => left-- == 0;

    internal Task HoldAsync(CancellationToken cancellationToken)
    {
        arrived.TrySetResult();
        return released.Task.WaitAsync(cancellationToken);
    }
}
