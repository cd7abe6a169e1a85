using MailKit.Net.Smtp;
using Microsoft.Extensions.Options;
using MimeKit;

namespace TeamsWorkflows.Fallback;

/// <summary>A mail to send; the same key always gives the same Message-ID, so that receivers can drop a repeat.</summary>
internal sealed record Mail(string Key, IReadOnlyList<string> Recipients, string Subject, string Text, string Html);

/// <summary>Hands mails to the mail server.</summary>
internal sealed class Mailer(IOptions<FallbackOptions> options, TimeProvider time)
{
    /// <returns>The Message-ID.</returns>
    /// <exception cref="IOException">The server could not be reached, or went away.</exception>
    /// <exception cref="MailKit.ProtocolException">The server does not speak as it should.</exception>
    /// <exception cref="MailKit.CommandException">The server refused.</exception>
    public async Task<string> SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var from = MailboxAddress.Parse(settings.From);
        using var message = new MimeMessage
        {
            MessageId = $"{mail.Key}@{from.Domain}",
            Subject = mail.Subject,
            Date = time.GetUtcNow(),
            Body = new BodyBuilder { TextBody = mail.Text, HtmlBody = mail.Html }.ToMessageBody(),
        };
        message.From.Add(from);
        message.To.AddRange(mail.Recipients.Select(MailboxAddress.Parse));
        message.Headers.Add("X-TeamsWorkflows-Key", mail.Key);

        using var client = new SmtpClient { Timeout = (int)settings.Timeout.TotalMilliseconds };
        await client.ConnectAsync(settings.Host, settings.Port, settings.Security, cancellationToken);
        if (settings.Username is { Length: > 0 } username)
        {
            await client.AuthenticateAsync(username, settings.Password ?? "", cancellationToken);
        }

        await client.SendAsync(message, cancellationToken);
        await client.DisconnectAsync(quit: true, cancellationToken);
        return message.MessageId;
    }
}
