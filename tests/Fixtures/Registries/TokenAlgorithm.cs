namespace Fixtures.Registries;

/// <summary>The algorithm that signs tokens, by its JWT name.</summary>
public enum TokenAlgorithm
{
    RS256,
    ES256,
}
