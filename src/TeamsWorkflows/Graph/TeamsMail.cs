using Microsoft.Extensions.Options;
using Microsoft.Graph.Models;
using Microsoft.Graph.Users.Item.SendMail;
using TeamsWorkflows.Fallback;

namespace TeamsWorkflows.Graph;

/// <summary>Mails out of a mailbox of Exchange.</summary>
internal sealed class TeamsMail(GraphCaller graph, IOptions<GraphOptions> options)
{
    /// <summary>The most that one call takes with all its files, in bytes.</summary>
    public const int MaxBytes = 4_000_000;

    public string NewRequestId() => graph.NewRequestId();

    /// <summary>Hands a mail over; 202 says that it was taken, and gives nothing to find it by.</summary>
    /// <param name="mailbox">The sender: a user name or identifier.</param>
    /// <returns>Success without a value.</returns>
    /// <seealso href="https://learn.microsoft.com/graph/api/user-sendmail"/>
    public Task<GraphResult<object>> SendAsync(
        string accessToken, string mailbox, string messageId, Mail mail, string clientRequestId, CancellationToken cancellationToken)
        => graph.CallAsync<object>(
            accessToken,
            async (client, record) =>
            {
                await client.Users[mailbox].SendMail.PostAsync(
                    new SendMailPostRequestBody { Message = ToMessage(messageId, mail), SaveToSentItems = options.Value.KeepsSentMail },
                    request => GraphCaller.Mark(request, record, clientRequestId),
                    cancellationToken);
                return null;
            },
            clientRequestId,
            cancellationToken);

    private static Message ToMessage(string messageId, Mail mail) => new()
    {
        InternetMessageId = $"<{messageId}>",
        Subject = mail.Subject,
        Importance = mail.IsImportant ? Importance.High : Importance.Normal,
        Body = new ItemBody { ContentType = BodyType.Html, Content = mail.Html },
        ToRecipients = [.. mail.Recipients.Select(ToRecipient)],
        CcRecipients = [.. mail.Copies.Select(ToRecipient)],
        InternetMessageHeaders = [new() { Name = Mail.KeyHeader, Value = mail.Key }],
        Attachments = [.. mail.Files.Select(static f => new FileAttachment { Name = f.Name, ContentType = f.ContentType, ContentBytes = f.Content })],
    };

    private static Recipient ToRecipient(string address) => new() { EmailAddress = new() { Address = address } };
}
