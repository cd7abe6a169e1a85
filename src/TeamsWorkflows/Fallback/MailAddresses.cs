using MimeKit;

namespace TeamsWorkflows.Fallback;

/// <summary>Which texts are addresses to send a mail to.</summary>
internal static class MailAddresses
{
    /// <summary>Whether a text is one address and nothing besides, so that it can add no header and no second recipient.</summary>
    public static bool IsOne(string? text)
        => text is not null
            && MailboxAddress.TryParse(text, out var address)
            && address.Address == text
            && address.Address.Contains('@', StringComparison.Ordinal)
            && !text.Any(char.IsControl);
}
