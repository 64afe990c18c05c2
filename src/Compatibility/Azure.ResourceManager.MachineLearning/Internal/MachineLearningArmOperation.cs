namespace Azure.ResourceManager.MachineLearning;

/// <summary>An operation without a result. Azure.Core waits between polls, by Retry-After.</summary>
internal sealed class MachineLearningArmOperation(LongRunningRequest request) : ArmOperation
{
    public override string Id => request.Id;

    public override bool HasCompleted => request.HasCompleted;

    public override Response GetRawResponse() => request.Response;

    public override ValueTask<Response> UpdateStatusAsync(CancellationToken cancellationToken = default) =>
        request.UpdateAsync(async: true, cancellationToken);

    public override Response UpdateStatus(CancellationToken cancellationToken = default) =>
        // Nothing in the synchronous path yields, so the task is complete here.
        request.UpdateAsync(async: false, cancellationToken).AsTask().GetAwaiter().GetResult();
}

/// <summary>An operation whose result is a resource, read from the last response.</summary>
internal sealed class MachineLearningArmOperation<T>(LongRunningRequest request, Func<Response, T> read) : ArmOperation<T>
    where T : class
{
    private T? value;

    public override string Id => request.Id;

    public override bool HasCompleted => request.HasCompleted;

    public override bool HasValue => request.HasSucceeded;

    public override T Value
    {
        get
        {
            request.ThrowUnlessSucceeded();
            return value ??= read(request.Response);
        }
    }

    public override Response GetRawResponse() => request.Response;

    public override ValueTask<Response> UpdateStatusAsync(CancellationToken cancellationToken = default) =>
        request.UpdateAsync(async: true, cancellationToken);

    public override Response UpdateStatus(CancellationToken cancellationToken = default) =>
        request.UpdateAsync(async: false, cancellationToken).AsTask().GetAwaiter().GetResult();
}
