using System.Globalization;
using System.Text.Json;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Connections.SignIns;

/// <summary>How a device sign-in stands.</summary>
public enum DeviceSignInState
{
    /// <summary>The code is good, and nobody has signed in with it yet.</summary>
    Waiting,
    Connected,

    /// <summary>Somebody else signed in than the connection belongs to; nothing was kept.</summary>
    WrongAccount,

    /// <summary>The person declined, or the authority did.</summary>
    Refused,

    /// <summary>Nobody signed in before the code ended: begin again.</summary>
    Expired,
}

/// <summary>A sign-in by a code that a person types into a browser anywhere.</summary>
/// <param name="CaseId">The case that it resolves; null when there was none.</param>
/// <param name="UserCode">What the person types; null when it is over.</param>
/// <param name="VerificationAddress">Where the person types it; null when it is over.</param>
/// <param name="ExpiresAt">When the code ends (UTC).</param>
/// <param name="Account">Who signed in; null while nobody has.</param>
/// <param name="Diagnosis">Why it was refused; null when it was not.</param>
public sealed record DeviceSignIn(
    string ConnectionId,
    string? CaseId,
    DeviceSignInState State,
    string? UserCode,
    Uri? VerificationAddress,
    DateTimeOffset ExpiresAt,
    string? Account,
    Diagnosis? Diagnosis)
{
    internal static DeviceSignIn From(DeviceSignInRow row, string? begun, DateTimeOffset now)
    {
        var state = row.State == DeviceSignInState.Waiting && row.ExpiresAt <= now ? DeviceSignInState.Expired : row.State;
        var shown = state == DeviceSignInState.Waiting && begun is not null ? BegunDevice.Read(begun) : null;
        return new(
            row.ConnectionId, row.CaseId, state, shown?.UserCode, shown?.VerificationAddress, row.ExpiresAt, row.Account, WorkflowJson.Read<Diagnosis>(row.Diagnosis));
    }
}

/// <summary>What people and timers need of the authority's answer to the beginning.</summary>
internal sealed record BegunDevice(string UserCode, Uri VerificationAddress, TimeSpan Lifetime, TimeSpan Interval)
{
    // RFC 8628, section 3.2: without an interval, it is 5 seconds.
    private const int DefaultInterval = 5;

    /// <exception cref="JsonException">It is not what RFC 8628 says.</exception>
    public static BegunDevice Read(string answer)
    {
        using var json = JsonDocument.Parse(answer);
        var root = json.RootElement;
        return root.TryGetProperty("user_code", out var code) && code.GetString() is { } userCode
            && root.TryGetProperty("verification_uri", out var uri) && Uri.TryCreate(uri.GetString(), UriKind.Absolute, out var address)
            && Seconds(root, "expires_in") is { } lifetime
                ? new(userCode, address, lifetime, Seconds(root, "interval") ?? TimeSpan.FromSeconds(DefaultInterval))
                : throw new JsonException("The authority's answer lacks user_code, verification_uri or expires_in.");
    }

    private static TimeSpan? Seconds(JsonElement root, string name)
        => root.TryGetProperty(name, out var value)
            && (value.ValueKind == JsonValueKind.Number ? value.TryGetInt32(out var seconds) : int.TryParse(value.ToString(), CultureInfo.InvariantCulture, out seconds)) && seconds > 0
                ? TimeSpan.FromSeconds(seconds)
                : null;
}
