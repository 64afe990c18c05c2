namespace Cake.Frosting;

/// <summary>An error in the build host itself, such as a dependency that is not a task.</summary>
public sealed class FrostingException : Exception
{
    public FrostingException(string message)
        : base(message) { }

    public FrostingException(string message, Exception innerException)
        : base(message, innerException) { }
}
