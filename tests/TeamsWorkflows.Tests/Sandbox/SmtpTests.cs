using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Sandbox;

[Collection(SandboxGroup.Name)]
public sealed class SmtpTests(SandboxFixture fixture)
{
    private readonly SandboxTenant _tenant = fixture.Server.CreateTenant();

    [Fact]
    public async Task A_mail_arrives_with_its_headers_both_bodies_and_lines_that_begin_with_a_dot()
    {
        using var client = await ConnectAsync();
        await client.AuthenticateAsync("anybody", "anything");

        await client.SendAsync(Mail("Report"));
        await client.SendAsync(Mail("Report again"));
        await client.DisconnectAsync(quit: true);

        var mail = _tenant.Mails[0];
        Assert.Equal(("smtp", "reports@product.example", "Report", "key-1@product.example"), (mail.Via, mail.From, mail.Subject, mail.MessageId));
        Assert.Equal("first\r\n.dotted\r\n..twice\r\n", mail.TextBody!.ReplaceLineEndings("\r\n"));
        Assert.Equal("<p>first</p>", mail.HtmlBody!.Trim());
        Assert.Contains(mail.Headers, header => header is { Name: "X-Report-Key", Value: "key-1" });
        Assert.Equal(["figures.csv"], mail.AttachmentNames);
        Assert.Equal(2, _tenant.Mails.Count);
    }

    [Fact]
    public async Task A_refused_recipient_gets_nothing_until_the_fault_is_cleared()
    {
        _tenant.Faults.Apply("smtp-refuses");
        using var client = await ConnectAsync();

        var refused = await Assert.ThrowsAsync<SmtpCommandException>(() => client.SendAsync(Mail("Report")));
        _tenant.Faults.Clear();
        await client.SendAsync(Mail("Report"));

        Assert.Equal(451, (int)refused.StatusCode);
        Assert.Single(_tenant.Mails);
    }

    private async Task<SmtpClient> ConnectAsync()
    {
        var client = new SmtpClient();
        await client.ConnectAsync("127.0.0.1", fixture.Server.SmtpEndpoint.Port, SecureSocketOptions.None);
        return client;
    }

    private MimeMessage Mail(string subject)
    {
        var body = new BodyBuilder { TextBody = "first\r\n.dotted\r\n..twice\r\n", HtmlBody = "<p>first</p>" };
        body.Attachments.Add("figures.csv", "a;b"u8.ToArray(), new ContentType("text", "csv"));
        var mail = new MimeMessage
        {
            Subject = subject,
            MessageId = "key-1@product.example",
            Body = body.ToMessageBody(),
        };
        mail.From.Add(new MailboxAddress("Reports", "reports@product.example"));
        mail.To.Add(new MailboxAddress("Operator", _tenant.Operator.UserName));
        mail.Headers.Add("X-Report-Key", "key-1");
        return mail;
    }
}
