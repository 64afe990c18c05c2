namespace Workspaces.Http;

/// <summary>Something that is asked for once and kept; a failed try is not kept.</summary>
/// <param name="ask">Asks for it.</param>
internal sealed class AsyncLazy<T>(Func<CancellationToken, Task<T>> ask)
{
    private readonly Lock turn = new();
    private Task<T>? answer;

    /// <summary>The answer. Who asks at the same time waits for the same one.</summary>
    public Task<T> GetAsync(CancellationToken cancellationToken)
    {
        lock (turn)
        {
            if (answer is null || answer.IsFaulted || answer.IsCanceled)
            {
                answer = ask(cancellationToken);
            }

            return answer;
        }
    }
}
