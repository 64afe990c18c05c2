namespace Fixtures.Registries;

/// <summary>How tokens are signed, in the words of JWT.</summary>
public enum TokenAlgorithm
{
    RS256,
    ES256,
}
