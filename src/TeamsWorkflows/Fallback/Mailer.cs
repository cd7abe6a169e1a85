using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Fallback;

/// <summary>A mail to send; the same key always gives the same Message-ID, so that receivers can drop a repeat.</summary>
internal sealed record Mail(string Key, IReadOnlyList<string> Recipients, string Subject, string Text, string Html)
{
    public IReadOnlyList<MailFile> Files { get; init; } = [];

    public bool IsImportant { get; init; }
}

/// <summary>A file that comes with a mail.</summary>
internal sealed record MailFile(string Name, string ContentType, byte[] Content);

/// <summary>Hands mails to the mail server.</summary>
internal sealed class Mailer(IOptions<FallbackOptions> options, TimeProvider time)
{
    /// <returns>The Message-ID.</returns>
    /// <exception cref="ActivityFailureException">
    /// <c>Mail.Failed</c>: the server could not be reached, refused, or does not speak as it should. Worth another try.
    /// </exception>
    public async Task<string> SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        try
        {
            return await HandOverAsync(mail, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException or ProtocolException or CommandException
            or AuthenticationException or SslHandshakeException)
        {
            throw new ActivityFailureException("Mail.Failed", $"The mail server did not take the mail ({e.GetType().Name}).", innerException: e);
        }
    }

    private async Task<string> HandOverAsync(Mail mail, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var from = MailboxAddress.Parse(settings.From);
        var body = new BodyBuilder { TextBody = mail.Text, HtmlBody = mail.Html };
        foreach (var file in mail.Files)
        {
            body.Attachments.Add(file.Name, file.Content, ContentType.Parse(file.ContentType));
        }

        using var message = new MimeMessage
        {
            MessageId = $"{mail.Key}@{from.Domain}",
            Subject = mail.Subject,
            Date = time.GetUtcNow(),
            Importance = mail.IsImportant ? MessageImportance.High : MessageImportance.Normal,
            Body = body.ToMessageBody(),
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
