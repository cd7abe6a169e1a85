using System.Text;
using TeamsWorkflows.Audit;

namespace TeamsWorkflows.Tests.Audit;

/// <summary>What the chain proves, and what it does not.</summary>
public sealed class AuditChainTests
{
    private const int Length = 6;

    public static TheoryData<string> Fields
        => [nameof(AuditEntry.At), nameof(AuditEntry.Actor), nameof(AuditEntry.ActorId), nameof(AuditEntry.Role), nameof(AuditEntry.Action), nameof(AuditEntry.Target), nameof(AuditEntry.Reason), nameof(AuditEntry.Outcome), nameof(AuditEntry.Before), nameof(AuditEntry.After)];

    [Fact]
    public async Task A_log_that_nobody_touched_is_sound()
    {
        var log = Log();
        var verdict = await VerifyAsync(log, HeadOf(log));
        Assert.True(verdict.IsIntact);
        Assert.Equal((Length, HeadOf(log)), (verdict.Entries, verdict.Head));
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task Whatever_is_changed_of_an_entry_shows(string field)
    {
        var log = Log();
        var entry = log[2];
        log[2] = field switch
        {
            nameof(AuditEntry.At) => entry with { At = entry.At.AddTicks(1) },
            nameof(AuditEntry.Actor) => entry with { Actor = entry.Actor + "x" },
            nameof(AuditEntry.ActorId) => entry with { ActorId = "" },
            nameof(AuditEntry.Role) => entry with { Role = "Reader" },
            nameof(AuditEntry.Action) => entry with { Action = "case.open" },
            nameof(AuditEntry.Target) => entry with { Target = "case/2" },
            nameof(AuditEntry.Reason) => entry with { Reason = "" },
            nameof(AuditEntry.Outcome) => entry with { Outcome = AuditOutcome.Refused },
            nameof(AuditEntry.Before) => entry with { Before = null },
            _ => entry with { After = entry.After + " " },
        };
        await AssertBrokenAsync(AuditBreakKind.Altered, 3, log);

        log[2] = log[2] with { Hash = AuditChain.HashOf(log[2]) }; // by somebody who knows how, and stops there
        await AssertBrokenAsync(AuditBreakKind.Unlinked, 4, log);
    }

    [Fact]
    public async Task An_entry_that_is_taken_out_put_in_or_moved_shows()
    {
        var without = Log();
        without.RemoveAt(3);
        await AssertBrokenAsync(AuditBreakKind.Missing, 4, without);

        var renumbered = Log();
        renumbered.RemoveAt(3);
        for (var i = 3; i < renumbered.Count; i++)
        {
            renumbered[i] = renumbered[i] with { Sequence = i + 1 };
        }

        await AssertBrokenAsync(AuditBreakKind.Unlinked, 4, renumbered);

        var moved = Log();
        (moved[1], moved[2]) = (moved[2], moved[1]);
        await AssertBrokenAsync(AuditBreakKind.Missing, 2, moved);

        var beheaded = Log();
        beheaded.RemoveAt(0);
        await AssertBrokenAsync(AuditBreakKind.Missing, 1, beheaded);
    }

    [Fact]
    public async Task An_end_that_was_cut_off_shows_only_against_a_head_that_was_kept()
    {
        var log = Log();
        var kept = HeadOf(log);
        log.RemoveRange(4, 2);

        Assert.True((await VerifyAsync(log)).IsIntact); // the chain alone cannot tell: what is left holds together
        var verdict = await VerifyAsync(log, kept);
        Assert.Equal((AuditBreakKind.Truncated, 5L), (verdict.Break!.Kind, verdict.Break.Sequence));
    }

    [Fact]
    public async Task A_chain_that_was_written_anew_shows_only_against_a_head_that_was_kept()
    {
        var (log, forged) = (Log(), Log("somebody else"));
        Assert.True((await VerifyAsync(forged)).IsIntact);
        Assert.Equal(AuditBreakKind.Replaced, (await VerifyAsync(forged, HeadOf(log))).Break!.Kind);
        Assert.Equal(AuditBreakKind.Replaced, (await VerifyAsync(forged, new AuditHead(2, log[1].Hash))).Break!.Kind);
    }

    [Fact]
    public async Task An_export_is_verified_as_the_log_is()
    {
        var log = Log();
        var lines = (await ExportAsync(log)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Length + 1, lines.Length);
        Assert.True((await VerifyLinesAsync(lines)).IsIntact);
        Assert.True((await VerifyLinesAsync(lines[2..])).IsIntact); // what came since
        Assert.Equal(AuditBreakKind.Truncated, (await VerifyLinesAsync(lines[..^1])).Break!.Kind);
        Assert.Equal(AuditBreakKind.Truncated, (await VerifyLinesAsync([.. lines[..4], lines[^1]])).Break!.Kind);
        Assert.Equal(AuditBreakKind.Missing, (await VerifyLinesAsync([lines[0], .. lines[2..]])).Break!.Kind);
        Assert.Equal(AuditBreakKind.Altered, (await VerifyLinesAsync([lines[0].Replace("case.resolve", "case.remove", StringComparison.Ordinal), .. lines[1..]])).Break!.Kind);
        var unreadable = await VerifyLinesAsync([.. lines[..2], "{}", .. lines[2..]]);
        Assert.Equal((AuditBreakKind.Unreadable, 3L), (unreadable.Break!.Kind, unreadable.Break.Sequence));
        Assert.Contains("Line 3", unreadable.Break.Why, StringComparison.Ordinal);
        Assert.Equal(AuditBreakKind.Truncated, (await VerifyLinesAsync([])).Break!.Kind);
    }

    private static async Task AssertBrokenAsync(AuditBreakKind kind, long sequence, List<AuditEntry> log)
    {
        var verdict = await VerifyAsync(log);
        Assert.Equal((kind, sequence, sequence - 1), (verdict.Break!.Kind, verdict.Break.Sequence, verdict.Entries));
    }

    private static List<AuditEntry> Log(string actor = "pat@contoso.example")
    {
        List<AuditEntry> log = [];
        for (var (i, previous) = (1, AuditChain.Genesis); i <= Length; previous = log[^1].Hash, i++)
        {
            var entry = new AuditEntry(
                i, DateTimeOffset.UnixEpoch.AddDays(i), actor, "7c1f", "Operator", "case.resolve", $"case/{i}", i % 2 == 0 ? null : "the owner is back", AuditOutcome.Done, "{\"a\":\"1\"}", "{\"a\":\"2\"}", previous, "");
            log.Add(entry with { Hash = AuditChain.HashOf(entry) });
        }

        return log;
    }

    private static AuditHead HeadOf(List<AuditEntry> log) => new(log[^1].Sequence, log[^1].Hash);

    private static Task<AuditVerdict> VerifyAsync(IEnumerable<AuditEntry> log, params AuditHead[] kept)
        => AuditChain.VerifyAsync(log.ToAsyncEnumerable(), kept, isWhole: true, CancellationToken.None);

    private static async Task<string> ExportAsync(List<AuditEntry> log)
    {
        using var file = new MemoryStream();
        await AuditExport.WriteAsync(file, log.ToAsyncEnumerable(), HeadOf(log), CancellationToken.None);
        return Encoding.UTF8.GetString(file.ToArray());
    }

    private static async Task<AuditVerdict> VerifyLinesAsync(string[] lines)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(lines.Select(static l => l + "\n"))));
        return await AuditExport.VerifyAsync(file, [], isWhole: false, CancellationToken.None);
    }
}
