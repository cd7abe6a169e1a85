using TeamsWorkflows.Diagnostics;
using static TeamsWorkflows.Diagnostics.ConnectionEventKind;

namespace TeamsWorkflows.Tests.Diagnostics;

/// <summary>What only a connection's history can tell.</summary>
public sealed class SymptomReaderTests
{
    [Fact]
    [Trait("Requirement", "R2")]
    public void Repeated_401_is_seen()
        => Assert.StartsWith("3 times 401", Single(SymptomKind.RepeatedUnauthorized, Ok(0), Unauthorized(1), Unauthorized(2), Unauthorized(3)).Summary, StringComparison.Ordinal);

    [Fact]
    [Trait("Requirement", "R2")]
    public void Two_401_with_a_success_between_are_not_repeated_401()
        => Assert.DoesNotContain(Read(Unauthorized(1), Unauthorized(2), Ok(3), Unauthorized(4)), s => s.Kind == SymptomKind.RepeatedUnauthorized);

    [Fact]
    [Trait("Requirement", "R3")]
    public void A_sudden_failure_names_the_last_success_and_the_streak()
    {
        var symptom = Single(SymptomKind.SuddenFailure, Ok(0), Ok(1), Ok(2), Ok(3), Ok(4), Ok(5), Unauthorized(6));

        Assert.Equal("It worked 6 times, last at 2026-11-22 12:05:00Z, then failed.", symptom.Summary);
        Assert.Equal(At(6), symptom.Since);
    }

    [Fact]
    [Trait("Requirement", "R4")]
    [Trait("Requirement", "R27")]
    public void Working_in_test_and_failing_in_production_is_seen()
        => Assert.Contains(
            "works in test and fails in production",
            Single(SymptomKind.TestAgainstProduction, Ok(0) with { Environment = "test" }, Unauthorized(1) with { Environment = "production" }).Summary,
            StringComparison.Ordinal);

    [Fact]
    [Trait("Requirement", "R20")]
    public void Everything_at_once_is_the_connection()
        => Assert.Equal(
            FailureClasses.RefreshBroken,
            Single(
                SymptomKind.EverythingAtOnce,
                Ok(0, "a"), Ok(0, "b"), Ok(0, "c"), Unauthorized(60, "a"), Unauthorized(61, "b"), Unauthorized(65, "c")).Suggests);

    [Theory]
    [Trait("Requirement", "R20")]
    [InlineData(FailureClasses.ClientCredential)]
    [InlineData(FailureClasses.ConsentPermissionMissing)]
    [InlineData(FailureClasses.UserDisabledOrDeleted)]
    public void What_has_not_run_since_says_nothing_against_it(string @class)
    {
        var found = Single(
            SymptomKind.EverythingAtOnce, Ok(0, "yesterday's"), Ok(1, "a"), Refused(60, "a"), Refused(61, "b"), Refused(65, "c"));

        Assert.Equal(@class, found.Suggests);

        ConnectionEvent Refused(int minute, string workflow) => new(At(minute), Failed, workflow, "token", null, @class);
    }

    [Fact]
    [Trait("Requirement", "R20")]
    public void One_workflow_that_goes_on_is_not_everything()
        => Assert.DoesNotContain(
            Read(Unauthorized(60, "a"), Unauthorized(61, "b"), Unauthorized(62, "c"), Ok(63, "d")), s => s.Kind == SymptomKind.EverythingAtOnce);

    [Fact]
    [Trait("Requirement", "R20")]
    public void A_single_endpoint_is_the_endpoint()
        => Assert.Contains(
            "Only channel-message fails",
            Single(
                SymptomKind.SingleEndpoint,
                new ConnectionEvent(At(1), Failed, "a", "channel-message", 403, FailureClasses.MembershipMissing),
                Ok(2) with { Endpoint = "mail" }).Summary,
            StringComparison.Ordinal);

    [Fact]
    [Trait("Requirement", "R73")]
    [Trait("Requirement", "B8")]
    public void Expiry_behind_throttling_is_damage()
    {
        var history = new ConnectionHistory([Throttled(0), Throttled(20), Expired(47)]);
        var evidence = new FailureEvidence(FailureSurface.GraphResponse, At(47))
        {
            Status = 401,
            Body = """{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed, the token is expired."}}""",
            History = history,
        };

        var diagnosis = Diagnostician.Diagnose(evidence);

        Assert.Contains("47 minutes of throttling", Single(SymptomKind.ThrottledThenExpired, [.. history.Events]).Summary, StringComparison.Ordinal);
        Assert.Equal((FailureClasses.Throttled, FailureClasses.AccessTokenExpired), (diagnosis.Class, diagnosis.Secondary?.Class));
        Assert.Equal((OperatorAction.WaitAndRetry, true), (diagnosis.Action, diagnosis.MayRenewSilently));
    }

    [Theory]
    [Trait("Requirement", "R97")]
    [Trait("Requirement", "R28")]
    [Trait("Requirement", "R95")]
    [InlineData(70, 0, SymptomKind.AgedByDelay)]
    [InlineData(70, 6, SymptomKind.ClockSkew)]
    [InlineData(10, -6, SymptomKind.ClockSkew)]
    public void Delay_is_told_from_skew(int ageMinutes, int offsetMinutes, SymptomKind kind)
    {
        var failure = Expired(0) with { TokenIssuedAt = At(-ageMinutes), ClockOffset = TimeSpan.FromMinutes(offsetMinutes) };

        Assert.Equal([kind], Read(failure).Select(s => s.Kind).Where(k => k is SymptomKind.AgedByDelay or SymptomKind.ClockSkew));
    }

    [Theory]
    [Trait("Requirement", "R91")]
    [Trait("Requirement", "R40")]
    [Trait("Requirement", "B5")]
    [InlineData(60, "tokens are not renewed")]
    [InlineData(24 * 60, "sign-in frequency")]
    [InlineData(90 * 24 * 60, "not used for 90 days")]
    public void A_reconnect_loop_has_a_period_and_a_cause(int minutes, string cause)
    {
        var symptom = Single(
            SymptomKind.ReconnectLoop, Reconnected(0), Expired(minutes), Reconnected(minutes + 10), Expired((2 * minutes) + 12), Reconnected((2 * minutes) + 20), Expired((3 * minutes) + 18));

        Assert.Contains(cause, symptom.Summary, StringComparison.Ordinal);
        Assert.Equal(minutes, symptom.Period!.Value.TotalMinutes, minutes * 0.05);
    }

    [Fact]
    [Trait("Requirement", "R91")]
    public void Reconnects_that_last_as_they_please_have_no_period()
        => Assert.Null(Single(SymptomKind.ReconnectLoop, Reconnected(0), Expired(10), Reconnected(20), Expired(900), Reconnected(910), Expired(1000)).Period);

    [Fact]
    [Trait("Requirement", "R15")]
    [Trait("Requirement", "R40")]
    [Trait("Requirement", "R100")]
    public void How_long_the_last_reconnect_helped_is_told()
        => Assert.Contains("helped for 3.0 hours", Single(SymptomKind.RecurredAfterReconnect, Unauthorized(0), Reconnected(5), Ok(6), Unauthorized(185)).Summary, StringComparison.Ordinal);

    [Fact]
    [Trait("Requirement", "R19")]
    public void Failing_after_pauses_only_is_seen()
        => Assert.Equal(
            FailureClasses.AccessTokenExpired,
            Single(SymptomKind.FailsAfterIdleTime, Ok(0), Ok(10), Expired(100), Ok(105), Ok(110), Expired(200)).Suggests);

    [Theory]
    [Trait("Requirement", "R5")]
    [Trait("Requirement", "R31")]
    [InlineData(OperationalChange.PasswordReset, FailureClasses.RefreshBroken)]
    [InlineData(OperationalChange.SecretRotated, FailureClasses.ClientCredential)]
    [InlineData(OperationalChange.ConsentRevoked, FailureClasses.ConsentPermissionMissing)]
    [InlineData(OperationalChange.WorkflowCloned, FailureClasses.RefreshBroken)]
    [InlineData(OperationalChange.OwnerChanged, FailureClasses.RefreshBroken)]
    public void A_failure_that_follows_a_change_points_to_it(OperationalChange change, string failureClass)
        => Assert.Equal(failureClass, Single(SymptomKind.FollowsAChange, Ok(0), new(At(5), Changed, Change: change), Unauthorized(30)).Suggests);

    [Fact]
    public void An_empty_or_healthy_history_has_no_symptoms()
    {
        Assert.Empty(Read());
        Assert.Empty(Read(Ok(0), Ok(1), Ok(2)));
    }

    [Fact]
    [Trait("Requirement", "R32")]
    public void A_renewal_that_works_is_no_symptom()
        => Assert.Empty(Read(Ok(0) with { TokenIssuedAt = At(0) }, Ok(61) with { TokenIssuedAt = At(61) }, Ok(122) with { TokenIssuedAt = At(122) }));

    private static DateTimeOffset At(int minute) => Payloads.Noon.AddMinutes(minute);

    private static ConnectionEvent Ok(int minute, string? workflow = null) => new(At(minute), Succeeded, workflow, Status: 201);

    private static ConnectionEvent Unauthorized(int minute, string? workflow = null) => new(At(minute), Failed, workflow, Status: 401, Class: FailureClasses.TokenInvalid);

    private static ConnectionEvent Expired(int minute) => new(At(minute), Failed, Status: 401, Class: FailureClasses.AccessTokenExpired);

    private static ConnectionEvent Throttled(int minute) => new(At(minute), Failed, Status: 429, Class: FailureClasses.Throttled);

    private static ConnectionEvent Reconnected(int minute) => new(At(minute), ConnectionEventKind.Reconnected);

    private static IReadOnlyList<Symptom> Read(params ConnectionEvent[] events) => SymptomReader.Read(new(events));

    private static Symptom Single(SymptomKind kind, params ConnectionEvent[] events) => Assert.Single(Read(events), s => s.Kind == kind);
}
