namespace Images.Cleaning;

/// <summary>Names an image that is in use.</summary>
/// <param name="Image">Reference of the image.</param>
/// <param name="By">The user of the image, in words.</param>
public sealed record ImageUse(string Image, string By);
