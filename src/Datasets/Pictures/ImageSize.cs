namespace Datasets.Pictures;

/// <summary>Width and height of the stored pixels of an image, and its EXIF orientation.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Orientation">From 1 to 8; 1 is upright.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
public readonly record struct ImageSize(int Width, int Height, int Orientation = 1)
{
    /// <summary>The size of the picture turned upright.</summary>
    public ImageSize Upright => Orientation >= 5 ? new(Height, Width, Orientation) : this;

    /// <summary>Returns whether another size is the same in pixels.</summary>
    public bool HasSides((double Width, double Height) sides) => sides == (Width, Height);
}
