using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Connections.Forecast;

/// <summary>What is known about a connection's dates.</summary>
/// <param name="TokenExpiresAt">When the last token that the authority gave ends.</param>
/// <param name="LastRenewedAt">When the authority last gave a token, by sign-in or renewal.</param>
/// <param name="LastSignedInAt">When a person last signed in.</param>
/// <param name="SignInPeriod">How long sign-ins have lasted, when they ended regularly.</param>
internal sealed record ExpiryFacts(
    string ConnectionId,
    AuthModel AuthModel,
    DateTimeOffset? TokenExpiresAt,
    DateTimeOffset? LastRenewedAt,
    DateTimeOffset? LastSignedInAt,
    TimeSpan? SignInPeriod,
    DateTimeOffset? SecretExpiresAt,
    DateTimeOffset? CertificateExpiresAt)
{
    /// <summary>Gets a value indicating whether the secret's end is what the registration says, and not what somebody entered.</summary>
    public bool IsFromRegistration { get; init; }

    /// <summary>Gets a value indicating whether the certificate's end is the registration's, which is earlier than its own.</summary>
    public bool IsEarlierInRegistration { get; init; }

    /// <summary>Gets when the consent has to be looked at again; null: nobody has said so.</summary>
    public DateTimeOffset? ConsentReviewAt { get; init; }
}

/// <summary>What ends, when, and why we think so (B10, R61). Pure.</summary>
internal static class ExpiryForecast
{
    /// <summary>How long Entra keeps a refresh token that nobody uses.</summary>
    /// <seealso href="https://learn.microsoft.com/entra/identity-platform/refresh-tokens"/>
    public static readonly TimeSpan RefreshTokenLife = TimeSpan.FromDays(90);

    /// <returns>The soonest first.</returns>
    public static IReadOnlyList<Expiry> Of(ExpiryFacts facts)
        => [.. new[] { Token(facts), Unused(facts), Frequency(facts), Secret(facts), Certificate(facts), Consent(facts) }.OfType<Expiry>().OrderBy(static e => e.At)];

    private static Expiry? Token(ExpiryFacts facts) => facts.TokenExpiresAt is not { } at ? null : new(
        facts.ConnectionId,
        ExpiryKind.AccessToken,
        at,
        NeedsPerson: false,
        "The authority said so when it gave the token.",
        "Nothing: it is renewed at the next use.");

    private static Expiry? Unused(ExpiryFacts facts)
        => facts.AuthModel != AuthModel.DelegatedUser || facts.LastRenewedAt is not { } renewed ? null : new(
            facts.ConnectionId,
            ExpiryKind.SignInUnused,
            renewed + RefreshTokenLife,
            NeedsPerson: true,
            $"The stored sign-in was last used at {renewed.UtcDateTime:u}; unused, it lasts {RefreshTokenLife.TotalDays:F0} days.",
            "Use the connection before then (a report, or its check): every use begins the time anew.",
            RefreshTokenLife);

    private static Expiry? Frequency(ExpiryFacts facts)
        => facts is not { LastSignedInAt: { } signedIn, SignInPeriod: { } period } ? null : new(
            facts.ConnectionId,
            ExpiryKind.SignInFrequency,
            signedIn + period,
            NeedsPerson: true,
            $"The last sign-ins lasted {SymptomReader.Minutes(period)} each; the last one was at {signedIn.UtcDateTime:u}.",
            "Ask the owner of the sign-in policies for an exemption of this account; another sign-in lasts no longer.",
            period);

    private static Expiry? Secret(ExpiryFacts facts) => facts.SecretExpiresAt is not { } at ? null : new(
        facts.ConnectionId,
        ExpiryKind.ClientSecret,
        at,
        NeedsPerson: true,
        facts.IsFromRegistration ? "The application's registration says so." : "SecretExpiresAt of the connection, as it was entered.",
        "Make a new secret beside the old one, configure it, verify, then remove the old one. A certificate is better.");

    private static Expiry? Consent(ExpiryFacts facts) => facts.ConsentReviewAt is not { } at ? null : new(
        facts.ConnectionId,
        ExpiryKind.Consent,
        at,
        NeedsPerson: true,
        "ReviewAt of the last recorded consent, as it was entered.",
        "Look whether each permission is still needed, grant what is, and record the consent anew.");

    private static Expiry? Certificate(ExpiryFacts facts) => facts.CertificateExpiresAt is not { } at ? null : new(
        facts.ConnectionId,
        ExpiryKind.Certificate,
        at,
        NeedsPerson: true,
        facts.IsEarlierInRegistration ? "The application's registration says so: it knows the certificate for a shorter time than the certificate itself says." : "The certificate says so.",
        "Add a new certificate to the registration, put it in the place of the old one, verify, then remove the old one.");
}
