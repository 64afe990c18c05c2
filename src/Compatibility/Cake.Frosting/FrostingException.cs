namespace Cake.Frosting;

/// <summary>A build host that cannot run as it is written, such as a dependency that is not a task.</summary>
public sealed class FrostingException : Exception
{
    public FrostingException(string message)
        : base(message) { }

    public FrostingException(string message, Exception innerException)
        : base(message, innerException) { }
}
