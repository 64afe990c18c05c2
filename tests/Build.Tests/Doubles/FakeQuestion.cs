using Build.Log;

namespace Build.Tests.Doubles;

/// <summary>A person who gives one answer; null for none.</summary>
internal sealed class FakeQuestion : IQuestion
{
    public bool? Answer { get; set; }

    public bool? Ask(string question) => Answer;
}
