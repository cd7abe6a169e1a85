using System.Globalization;
using MimeKit;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Faults;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Smtp;

/// <summary>Finds the tenant of a mail and puts the mail into its inbox.</summary>
internal sealed class MailRoom(World world)
{
    /// <summary>The refusal of a recipient, when a fault asks for it.</summary>
    public string? Refuse(string sender, string recipient)
    {
        var tenant = TenantOf(sender, [recipient]);
        var subject = new FaultSubject(SandboxSurfaces.Smtp, null, tenant.FindUser(recipient)?.Id, null, null);
        if (FaultGate.Take(tenant, subject, world.Time.GetUtcNow()) is not { Status: { } status } rule)
        {
            return null;
        }

        Log(tenant, "RCPT", status, rule.Name);
        return string.Create(CultureInfo.InvariantCulture, $"{status} {rule.Body ?? "5.3.0 Refused by a fault of the sandbox"}");
    }

    public async Task<string> AcceptAsync(
        string sender, IReadOnlyList<string> recipients, Stream body, CancellationToken cancellationToken)
    {
        var tenant = TenantOf(sender, recipients);
        MimeMessage message;
        try
        {
            message = await MimeMessage.LoadAsync(body, cancellationToken);
        }
        catch (FormatException)
        {
            Log(tenant, "DATA", 554, fault: null);
            return "554 5.6.0 This is no mail";
        }

        var mail = new SandboxMail
        {
            Id = Ids.Guid(),
            Via = "smtp",
            ReceivedAt = world.Time.GetUtcNow(),
            From = message.From.Mailboxes.FirstOrDefault()?.Address ?? sender,
            To = recipients,
            Subject = message.Subject ?? "",
            MessageId = message.MessageId ?? "",
            Headers = message.Headers.Select(header => new SandboxMailHeader(header.Field, header.Value)).ToArray(),
            TextBody = message.TextBody,
            HtmlBody = message.HtmlBody,
            AttachmentNames = message.Attachments.Select(part => part.ContentDisposition?.FileName ?? "unnamed").ToArray(),
        };
        tenant.Commit(new MailStored(mail));
        Log(tenant, "DATA", 250, fault: null);
        return $"250 2.0.0 Accepted as {mail.Id}";
    }

    private TenantStore TenantOf(string sender, IReadOnlyList<string> recipients) =>
        recipients.Append(sender).Select(Domain).Select(world.FindTenantByDomain).FirstOrDefault(tenant => tenant is not null)
            ?? world.DefaultTenant;

    private static string Domain(string address) => address[(address.LastIndexOf('@') + 1)..];

    private void Log(TenantStore tenant, string verb, int status, string? fault) => tenant.Log(new SandboxRequest
    {
        Time = world.Time.GetUtcNow(),
        Method = verb,
        Path = "smtp",
        Surface = SandboxSurfaces.Smtp,
        Status = status,
        RequestId = Ids.Guid(),
        Fault = fault,
    });
}
