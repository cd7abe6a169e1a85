using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using MimeKit;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Graph;

namespace TeamsWorkflows.Fallback;

/// <summary>A mail to send; the same key always gives the same Message-ID, so that receivers can drop a repeat.</summary>
internal sealed record Mail(string Key, IReadOnlyList<string> Recipients, string Subject, string Text, string Html)
{
    /// <summary>The header that holds the key.</summary>
    public const string KeyHeader = "X-TeamsWorkflows-Key";

    /// <summary>Gets who gets a copy.</summary>
    public IReadOnlyList<string> Copies { get; init; } = [];

    public IReadOnlyList<MailFile> Files { get; init; } = [];

    public bool IsImportant { get; init; }

    /// <param name="sender">The sender's address: its domain is the identifier's.</param>
    public string MessageIdOf(string sender) => $"{Key}@{sender.Split('@')[^1]}";
}

/// <summary>A file that comes with a mail.</summary>
internal sealed record MailFile(string Name, string ContentType, byte[] Content);

/// <summary>Hands mails to the configured mail server, or to Exchange by Graph.</summary>
internal sealed class Mailer(
    IOptions<FallbackOptions> options, Database database, TokenSource tokens, ConnectionVerdicts verdicts, TeamsMail exchange, TimeProvider time)
{
    /// <summary>The error of a mail that was not taken, and may be some other time.</summary>
    public const string Failed = "Mail.Failed";

    /// <summary>The error of a mail that the server refuses for good.</summary>
    public const string Refused = "Mail.Refused";

    /// <returns>The Message-ID.</returns>
    /// <exception cref="ActivityFailureException">
    /// <see cref="Failed"/>: the server could not be reached, refused for now, or does not speak as it should. Worth another try.
    /// <see cref="Refused"/>: it does not take this mail.
    /// </exception>
    public async Task<string> SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        if (options.Value.Connection is { } connection)
        {
            return await SendByGraphAsync(connection, mail, cancellationToken);
        }

        try
        {
            return await HandOverAsync(mail, cancellationToken);
        }
        catch (SmtpCommandException e) when ((int)e.StatusCode >= 500)
        {
            throw new ActivityFailureException(Refused, $"The mail server refuses the mail ({(int)e.StatusCode}).", innerException: e);
        }
        catch (Exception e) when (e is IOException or SocketException or ProtocolException or CommandException
            or AuthenticationException or SslHandshakeException)
        {
            throw new ActivityFailureException(Failed, $"The mail server did not take the mail ({e.GetType().Name}).", innerException: e);
        }
    }

    private async Task<string> SendByGraphAsync(string connectionId, Mail mail, CancellationToken cancellationToken)
    {
        var connection = await database.ReadAsync(
            db => db.Connections.SingleOrDefaultAsync(c => c.Id == connectionId, cancellationToken), cancellationToken)
            ?? throw new ActivityFailureException(Failed, $"There is no connection '{connectionId}' to send mails by (Fallback:Connection).");
        var evidence = await tokens.AcquireAsync(connection, TokenRequest.Silent, cancellationToken) switch
        {
            TokenResult.Acquired token => await ExchangeAsync(token.AccessToken, mail, cancellationToken),
            TokenResult.Refused refused => refused.Evidence,
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return evidence is null
            ? mail.MessageIdOf(options.Value.From)
            : throw new ActivityFailureException(Failed, $"Exchange did not take the mail. {(await verdicts.JudgeAsync(connection, evidence, Operation.SendMail, cancellationToken)).Diagnosis.Summary}");
    }

    // Null: it was taken.
    private async Task<FailureEvidence?> ExchangeAsync(string accessToken, Mail mail, CancellationToken cancellationToken)
    {
        var (from, requestId) = (options.Value.From, exchange.NewRequestId());
        var result = await exchange.SendAsync(accessToken, from, mail.MessageIdOf(from), mail, requestId, cancellationToken);
        return result is GraphResult<object>.Success { Exchange.Status: 202 } ? null : result.ToEvidence(time.GetUtcNow(), requestId);
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
            MessageId = mail.MessageIdOf(from.Address),
            Subject = mail.Subject,
            Date = time.GetUtcNow(),
            Importance = mail.IsImportant ? MessageImportance.High : MessageImportance.Normal,
            Body = body.ToMessageBody(),
        };
        message.From.Add(from);
        message.To.AddRange(mail.Recipients.Select(MailboxAddress.Parse));
        message.Cc.AddRange(mail.Copies.Select(MailboxAddress.Parse));
        message.Headers.Add(Mail.KeyHeader, mail.Key);

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
