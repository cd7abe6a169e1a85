using System.Net;
using System.Net.Sockets;

namespace TeamsWorkflows.Http;

/// <summary>Which addresses are the public internet's, and not this machine's or this network's.</summary>
/// <seealso href="https://www.iana.org/assignments/iana-ipv4-special-registry"/>
internal static class PublicAddresses
{
    // One of them is public, and in Azure the machine's own platform all the same: 168.63.129.16.
    private static readonly IPNetwork[] SpecialV4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "168.63.129.16/32", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(IPNetwork.Parse),
    ];

    // Teredo, 6to4 and documentation lie within the global range and lead elsewhere.
    private static readonly IPNetwork[] SpecialV6 = [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(IPNetwork.Parse)];

    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");

    public static bool IsPublic(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily == AddressFamily.InterNetwork
            ? !Array.Exists(SpecialV4, n => n.Contains(plain))
            : GlobalV6.Contains(plain) && !Array.Exists(SpecialV6, n => n.Contains(plain));
    }
}
