namespace Experiments.Plans;

/// <summary>What an input of an image is, as far as it changes the image.</summary>
public enum ImageInputKind
{
    File,

    /// <summary>A file that may be executed; of the mode bits only this one is kept by a checkout.</summary>
    Executable,

    /// <summary>A symbolic link, known by the text of its target.</summary>
    Link,
}
