namespace Fixtures.CodeHosts;

/// <summary>The names that the servers know.</summary>
public static class CodeHostNames
{
    public const string Repository = "example/model-training";
    public const string Organization = "example";
    public const string ProjectId = "11111111-2222-3333-4444-555555555555";
    public const string RepositoryId = "66666666-7777-8888-9999-000000000000";

    /// <summary>The account of GITHUB_TOKEN, as GitHub has it.</summary>
    public const string ActionsId = "41898282";

    public const string BuildServiceId = "bbbbbbbb-0000-0000-0000-000000000001";
}
