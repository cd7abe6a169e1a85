using System.Collections.Concurrent;
using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>Sign-ins under way: authorization codes and device codes. They live for minutes, so memory is enough.</summary>
internal sealed class SignIns(TimeProvider time)
{
    public static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan DeviceCodeLifetime = TimeSpan.FromMinutes(15);

    /// <summary>Codes kept at most, used ones included; the oldest go first.</summary>
    private const int Limit = 1000;

    private readonly ConcurrentDictionary<string, IssuedCode> _codes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DeviceSignIn> _devices = new(StringComparer.Ordinal);

    public string AddCode(IssuedCode code)
    {
        if (_codes.Count >= Limit)
        {
            var oldest = _codes.OrderBy(pair => pair.Value.IssuedAt).Take(Limit / 10).Select(pair => pair.Key);
            foreach (var key in oldest.ToArray())
            {
                _codes.TryRemove(key, out _);
            }
        }

        var text = "1." + Ids.Token(48);
        _codes[text] = code;
        return text;
    }

    public IssuedCode? FindCode(string text) => _codes.GetValueOrDefault(text);

    public bool IsOver(DateTimeOffset issuedAt, TimeSpan lifetime) => issuedAt + lifetime <= time.GetUtcNow();

    public void AddDevice(DeviceSignIn device)
    {
        foreach (var (key, other) in _devices)
        {
            // An hour more, so that a late poll still learns that its code has expired.
            if (IsOver(other.IssuedAt, DeviceCodeLifetime + TimeSpan.FromHours(1)))
            {
                _devices.TryRemove(key, out _);
            }
        }

        _devices[device.DeviceCode] = device;
    }

    public DeviceSignIn? FindDevice(string deviceCode) => _devices.GetValueOrDefault(deviceCode);

    public DeviceSignIn? FindDeviceByUserCode(string userCode) => _devices.Values.FirstOrDefault(device =>
        string.Equals(device.UserCode, userCode.Trim(), StringComparison.OrdinalIgnoreCase)
        && !IsOver(device.IssuedAt, DeviceCodeLifetime));

    public void RemoveDevice(DeviceSignIn device) => _devices.TryRemove(device.DeviceCode, out _);
}

/// <summary>An authorization code and what it may be redeemed for.</summary>
internal sealed class IssuedCode
{
    private int _redeemed;

    public required string TenantId { get; init; }

    public required string ClientId { get; init; }

    public required string UserId { get; init; }

    public required string RedirectUri { get; init; }

    public required string? Challenge { get; init; }

    public required string ChallengeMethod { get; init; }

    public required string Scope { get; init; }

    public required string? Nonce { get; init; }

    public required bool WithClaims { get; init; }

    public required long SignInSequence { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>True once, for the first caller.</summary>
    public bool Redeem() => Interlocked.Exchange(ref _redeemed, 1) == 0;
}

/// <summary>A device that waits for its user.</summary>
internal sealed class DeviceSignIn
{
    public required string DeviceCode { get; init; }

    public required string UserCode { get; init; }

    public required string TenantId { get; init; }

    public required string ClientId { get; init; }

    public required string Scope { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>How long the device must wait between two polls.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    public DateTimeOffset? PolledAt { get; set; }

    /// <summary>Set when the user has decided.</summary>
    public DeviceDecision? Decision { get; set; }
}

/// <param name="UserId">Null when the user declined.</param>
internal sealed record DeviceDecision(string? UserId, long SignInSequence);
