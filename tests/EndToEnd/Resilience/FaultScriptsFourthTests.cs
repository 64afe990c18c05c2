namespace EndToEnd.Resilience;

/// <inheritdoc/>
public sealed class FaultScriptsFourthTests(FaultyEmulator emulator) : FaultScriptTests(emulator), IClassFixture<FaultyEmulator>
{
    public static TheoryData<int> Seeds => SeedsOf(3);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Seeds))]
    public Task Train_DeliversOneJobItsWholeLogAndItsOutcome_WhateverFails(int seed) => CheckAsync(seed);
}
