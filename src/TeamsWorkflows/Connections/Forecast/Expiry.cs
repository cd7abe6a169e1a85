namespace TeamsWorkflows.Connections.Forecast;

/// <summary>Something of a connection that ends at a known time.</summary>
/// <param name="At">When (UTC).</param>
/// <param name="NeedsPerson">Whether somebody must act; what renews itself is no incident (R32).</param>
/// <param name="Because">What the date rests on, in a sentence.</param>
/// <param name="Advice">What to do before then.</param>
/// <param name="Lasts">How long it lasts from one renewal to its end; null: nobody knows.</param>
public sealed record Expiry(
    string ConnectionId, ExpiryKind Kind, DateTimeOffset At, bool NeedsPerson, string Because, string Advice, TimeSpan? Lasts = null);

public enum ExpiryKind
{
    AccessToken,

    /// <summary>The refresh token ends when it is not used.</summary>
    SignInUnused,

    /// <summary>A policy asks for a new sign-in at intervals.</summary>
    SignInFrequency,
    ClientSecret,
    Certificate,

    /// <summary>Somebody has said when the consent has to be looked at again; it does not end by itself.</summary>
    Consent,
}
