namespace Azure.ResourceManager.MachineLearning;

/// <summary>The answer to a question for a resource that is not there.</summary>
internal sealed class NoValueResponse<T>(Response response) : NullableResponse<T>
{
    public override bool HasValue => false;

    public override T Value => throw new InvalidOperationException("There is no such resource; look at HasValue before Value.");

    public override Response GetRawResponse() => response;
}
