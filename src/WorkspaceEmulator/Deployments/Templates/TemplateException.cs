namespace WorkspaceEmulator.Deployments.Templates;

/// <summary>Reports why a template cannot be deployed, with the error code of Azure Resource Manager.</summary>
internal sealed class TemplateException : Exception
{
    public TemplateException(string message, string code = "InvalidTemplate")
        : base(message) => Code = code;

    public string Code { get; }
}
