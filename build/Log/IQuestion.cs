namespace Build.Log;

/// <summary>Asks the person at the terminal.</summary>
public interface IQuestion
{
    /// <summary>Asks a question that is answered with yes or no.</summary>
    /// <returns>Null when nobody can answer: in a pipeline, or when the input is redirected.</returns>
    bool? Ask(string question);
}
