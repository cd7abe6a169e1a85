using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace TeamsWorkflows.Diagnostics;

/// <summary>What an access token says about itself, read without its signature: enough to compare, useless to call with.</summary>
/// <param name="Audience">The service it was made for.</param>
/// <param name="Permissions">Delegated scopes, or the roles of an application.</param>
/// <param name="IsApplication">Whether it speaks for an application alone, with no user.</param>
/// <seealso href="https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference"/>
public sealed record TokenClaims(
    DateTimeOffset? Expires,
    DateTimeOffset? NotBefore,
    DateTimeOffset? IssuedAt,
    string? Audience,
    string? Issuer,
    string? TenantId,
    string? ApplicationId,
    IReadOnlyList<string> Permissions,
    bool IsApplication)
{
    /// <summary>Most of a token that is looked at, in characters.</summary>
    public const int MaxTokenLength = 32_768;

    public bool Equals(TokenClaims? other) => other is not null
        && (Expires, NotBefore, IssuedAt, Audience, Issuer, TenantId, ApplicationId, IsApplication)
            == (other.Expires, other.NotBefore, other.IssuedAt, other.Audience, other.Issuer, other.TenantId, other.ApplicationId, other.IsApplication)
        && Permissions.SequenceEqual(other.Permissions, StringComparer.Ordinal);

    public override int GetHashCode() => HashCode.Combine(Expires, NotBefore, Audience, TenantId, ApplicationId);

    /// <returns>Null when it is not a JSON Web Token, or one that is encrypted.</returns>
    public static TokenClaims? Read(string? token)
    {
        if (token is null || token.Length > MaxTokenLength)
        {
            return null;
        }

        var text = token.AsSpan().Trim();
        var first = text.IndexOf('.');
        var second = first < 0 ? -1 : text[(first + 1)..].IndexOf('.');
        if (second <= 0 || !Base64Url.IsValid(text.Slice(first + 1, second)))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(text.Slice(first + 1, second)));
            return json.RootElement.ValueKind == JsonValueKind.Object ? From(json.RootElement) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // three parts with dots that are not a token, or half a character in a claim
        }
    }

    private static TokenClaims From(JsonElement json)
    {
        string[] permissions = [.. (Text(json, "scp") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries), .. Texts(json, "roles")];
        return new(
            Time(json, "exp"),
            Time(json, "nbf"),
            Time(json, "iat"),
            Text(json, "aud"),
            Text(json, "iss"),
            Text(json, "tid"),
            Text(json, "appid") ?? Text(json, "azp"),
            permissions,
            Text(json, "idtyp") == "app" || (Text(json, "scp") is null && Text(json, "upn") is null && Texts(json, "roles").Any()));
    }

    private static string? Text(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IEnumerable<string> Texts(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)
            : [];

    // Numbers, and numbers written as strings: libraries do both.
    private static DateTimeOffset? Time(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var value))
        {
            return null;
        }

        var isTime = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetDouble(out var number) ? number : double.NaN,
            JsonValueKind.String => double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN,
            _ => double.NaN,
        };
        return isTime is >= 0 and < 253_402_300_800 ? DateTimeOffset.UnixEpoch.AddSeconds(isTime) : null;
    }
}
