namespace Experiments.Plans.Images;

/// <summary>The kind of an input, as far as it changes the image.</summary>
public enum ImageInputKind
{
    File,

    /// <summary>An executable file. A checkout keeps no other mode bit.</summary>
    Executable,

    /// <summary>A symbolic link, identified by the path of its target.</summary>
    Link,
}
