namespace EndToEnd.Resilience;

/// <inheritdoc/>
public sealed class FaultScriptsFirstTests(FaultyEmulator emulator) : FaultScriptTests(emulator), IClassFixture<FaultyEmulator>
{
    public static TheoryData<int> Seeds => SeedsOf(0);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Seeds))]
    public Task Train_DeliversOneJobItsWholeLogAndItsOutcome_WhateverFails(int seed) => CheckAsync(seed);
}
