namespace Images.Registry;

/// <summary>Describes one instruction of an image's build.</summary>
/// <param name="Instruction">The text that the builder recorded.</param>
/// <param name="Layer">The layer of the instruction; null when it has none.</param>
public sealed record ImageHistory(string Instruction, ImageLayer? Layer);
