namespace Azure.ResourceManager.MachineLearning;

/// <summary>The response to a read of a missing resource.</summary>
internal sealed class NoValueResponse<T>(Response response) : NullableResponse<T>
{
    public override bool HasValue => false;

    public override T Value => throw new InvalidOperationException("There is no such resource; look at HasValue before Value.");

    public override Response GetRawResponse() => response;
}
