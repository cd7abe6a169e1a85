using System.Net;
using TeamsWorkflows.Http;

namespace TeamsWorkflows.Ways;

/// <summary>Which web addresses users may give. Names are looked up when they are called, by <see cref="GuardedHttp"/>.</summary>
internal static class AddressRules
{
    public const int MaxLength = 2_000;

    /// <returns>Null when it may be used; else what to change.</returns>
    public static string? WhyNot(string? text) =>
        text is not { Length: > 0 and <= MaxLength } || !Uri.TryCreate(text, UriKind.Absolute, out var address)
            ? $"Give an address of at most {MaxLength:N0} characters that begins with https://."
        : address.Scheme != Uri.UriSchemeHttps ? "The address must begin with https://."
        : Shown(text) == text ? "This is an address as it is shown, without its path. Give the whole of it again."
        : address.UserInfo.Length > 0 ? "The address must not hold a name or a password."
        : IPAddress.TryParse(address.DnsSafeHost, out var ip) && !PublicAddresses.IsPublic(ip) ? "The address leads to a private network."
        : null;

    /// <summary>The address as it may be shown: only its host, for path and query are the secret.</summary>
    public static string? Shown(string? text)
        => Uri.TryCreate(text, UriKind.Absolute, out var address) ? $"{address.GetLeftPart(UriPartial.Authority)}/…" : text;
}
