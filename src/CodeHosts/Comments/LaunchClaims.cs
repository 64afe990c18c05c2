using CodeHosts.Gate;
using CodeHosts.Hosts;
using CodeHosts.Http;

namespace CodeHosts.Comments;

/// <summary>
/// Keeps two launches of one pull request from passing its cap, and from losing each other's jobs. Each writes a comment of its own, its
/// claim, which no other launch overwrites, and then counts the claims before it: the host puts comments in one order, so that of two
/// launches at the same moment the later one sees the earlier one, whatever both had read before.
/// </summary>
public sealed class LaunchClaims(ICodeHost host, CommentPublisher comments, TimeProvider time)
{
    /// <summary>A claim counts no longer than a run of a platform's own machines can last.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(6);

    // A platform ends a cancelled run after 7.5 s and more.
    private static readonly TimeSpan LastMoment = TimeSpan.FromSeconds(6);

    private const int MostReads = 5;

    /// <summary>Counts the running jobs of a pull request, and the experiments of launches that have not submitted theirs.</summary>
    /// <param name="number">The pull request.</param>
    /// <param name="commit">The commit that would be trained.</param>
    /// <param name="experiments">The experiments that would be trained. A job that the same request would find does not count.</param>
    /// <param name="isAgain">Whether even what has been trained would be trained.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public async Task<int> CountAsync(
        int number,
        string commit,
        IReadOnlyList<RequestedExperiment> experiments,
        bool isAgain,
        CancellationToken cancellationToken
    )
    {
        var found = await comments.ReadAsync(number, cancellationToken);
        return Count(found.ReadText().Jobs, [.. found.Claims.Select(pair => pair.Claim)], commit, experiments, isAgain);
    }

    /// <summary>Claims the experiments of a launch, before anything is submitted.</summary>
    /// <param name="number">The pull request.</param>
    /// <param name="commit">The commit that is trained.</param>
    /// <param name="experiments">The experiments.</param>
    /// <param name="isAgain">Whether even what has been trained is trained.</param>
    /// <param name="most">The most jobs of the pull request at a time.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>The claim, which <see cref="FinishAsync"/> ends; null when there is no room, and the claim was withdrawn.</returns>
    /// <exception cref="CodeHostException">The host refused, or does not list the claim.</exception>
    public async Task<LaunchClaim?> ClaimAsync(
        int number,
        string commit,
        IReadOnlyList<RequestedExperiment> experiments,
        bool isAgain,
        int most,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(experiments);
        var claim = new LaunchClaim(Guid.NewGuid().ToString("N"), commit, experiments, isAgain, time.GetUtcNow() + Longest, []);
        var first = await WriteAsync(number, claim, cancellationToken);
        // A list of several pages is not of one moment: a launch that ended between them is in the comment by now.
        var second = await comments.ReadAsync(number, cancellationToken);
        var before = Before(claim, second).Concat(Before(claim, first)).DistinctBy(earlier => earlier.Id, StringComparer.Ordinal);
        if (Count(second.ReadText().Jobs, [.. before], commit, experiments, isAgain) + experiments.Count <= most)
            return claim;
        await EndAsync(number, claim, cancellationToken);
        return null;
    }

    /// <summary>Writes the jobs of a launch to the one comment, and ends its claim.</summary>
    /// <param name="number">The pull request.</param>
    /// <param name="claim">The claim.</param>
    /// <param name="jobs">The jobs that were submitted; none when none was.</param>
    /// <param name="change">Changes the text of the one comment for the jobs, and returns the name of the section that must stay.</param>
    /// <param name="cancellationToken">Cancels the requests, a moment later: a claim that stays would count for hours.</param>
    /// <exception cref="CodeHostException">The host refused, or other runs overwrote the comment every time. The claim keeps the
    /// jobs.</exception>
    public async Task<CommentChange> FinishAsync(
        int number,
        LaunchClaim claim,
        IReadOnlyList<LaunchedJob> jobs,
        Func<CommentText, IReadOnlyList<LaunchedJob>, string?> change,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(change);
        using var end = new CancellationTokenSource();
        await using var registration = cancellationToken.Register(() => end.CancelAfter(LastMoment));
        var done = CommentChange.Unchanged;
        var finished = claim with { Jobs = [.. jobs.Select(job => job with { Claim = claim.Id })] };
        if (jobs.Count > 0)
        {
            // Every writer of the one comment takes them from here, also one that read it long ago.
            await RewriteAsync(number, finished, end.Token);
            done = await comments.PublishAsync(number, text => change(text, finished.Jobs), end.Token);
        }

        await EndAsync(number, finished, end.Token);
        return done;
    }

    // The last of several launches that ended deletes the claims: until then another one may still write what it read before.
    private async Task EndAsync(int number, LaunchClaim claim, CancellationToken cancellationToken)
    {
        if (claim.Jobs.Count > 0)
            await RewriteAsync(number, claim with { IsSettled = true }, cancellationToken);
        else
            await DeleteAsync(number, await comments.ReadAsync(number, cancellationToken), one => one.Id == claim.Id, cancellationToken);
        var left = await comments.ReadAsync(number, cancellationToken);
        if (left.Claims.All(pair => pair.Claim.IsOver(time.GetUtcNow())))
            await DeleteAsync(number, left, _ => true, cancellationToken);
    }

    private async Task<OwnComments> WriteAsync(int number, LaunchClaim claim, CancellationToken cancellationToken)
    {
        var isCertain = await comments.CreateAsync(number, claim.Write(), isFirst: true, cancellationToken);
        for (var reads = 0; reads < MostReads; reads++)
        {
            if (reads > 0)
                await comments.PauseAsync(cancellationToken);
            var found = await comments.ReadAsync(number, cancellationToken);
            // What is listed with it is not older than it: earlier claims are there too.
            if (found.Claims.Any(pair => pair.Claim.Id == claim.Id))
                return found;
            if (!isCertain)
                isCertain = await comments.CreateAsync(number, claim.Write(), isFirst: false, cancellationToken);
        }

        throw new CodeHostException(
            $"The host does not list the comment that was just written on pull request {number}; it must, before anything is started. "
                + "The same request tries again."
        );
    }

    private async Task RewriteAsync(int number, LaunchClaim claim, CancellationToken cancellationToken)
    {
        foreach (var (comment, known) in (await comments.ReadAsync(number, cancellationToken)).Claims)
        {
            if (known.Id == claim.Id)
                await host.UpdateCommentAsync(number, comment, claim.Write(), cancellationToken);
        }
    }

    private async Task DeleteAsync(int number, OwnComments found, Func<LaunchClaim, bool> isMeant, CancellationToken cancellationToken)
    {
        foreach (var (comment, _) in found.Claims.Where(pair => isMeant(pair.Claim)))
            await host.DeleteCommentAsync(number, comment, cancellationToken);
    }

    private static IEnumerable<LaunchClaim> Before(LaunchClaim own, OwnComments found) =>
        found.Claims.Select(pair => pair.Claim).TakeWhile(claim => claim.Id != own.Id);

    private int Count(
        IReadOnlyList<LaunchedJob> jobs,
        IReadOnlyList<LaunchClaim> claims,
        string commit,
        IReadOnlyList<RequestedExperiment> experiments,
        bool isAgain
    )
    {
        var now = time.GetUtcNow();
        bool IsOther(string ofCommit, string expConfig, IReadOnlyList<string> overrides) =>
            isAgain || ofCommit != commit || !experiments.Any(one => one.IsSame(expConfig, overrides));
        var known = jobs.Concat(claims.SelectMany(claim => claim.Jobs)).DistinctBy(job => job.Job, StringComparer.Ordinal).ToList();
        var pending = claims
            .Where(claim => !claim.IsOver(now))
            .Sum(claim =>
                Math.Max(
                    0,
                    claim.Experiments.Count(one => claim.Again || IsOther(claim.Commit, one.ExpConfig, one.Overrides))
                        - known.Count(job => job.Claim == claim.Id)
                )
            );
        return pending + known.Count(job => job.IsRunning(now) && IsOther(job.Commit, job.ExpConfig, job.Overrides));
    }
}
