using System.IO.Pipelines;
using System.Text;

namespace TeamsWorkflows.Sandbox.Smtp;

/// <summary>One client's conversation with the mail server.</summary>
/// <seealso href="https://www.rfc-editor.org/rfc/rfc5321"/>
internal sealed class SmtpSession(Stream stream, MailRoom room)
{
    /// <summary>Largest mail taken, in bytes.</summary>
    public const int SizeLimit = 25 * 1024 * 1024;

    private const int RecipientLimit = 500;

    private readonly SmtpLineReader _lines = new(PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true)));
    private readonly List<string> _recipients = [];
    private string? _sender;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await SayAsync("220 localhost TeamsWorkflows sandbox ESMTP", cancellationToken);
        while (await _lines.ReadTextAsync(cancellationToken) is { } line)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var verb = (space < 0 ? line : line[..space]).ToUpperInvariant();
            var rest = space < 0 ? "" : line[(space + 1)..].Trim();
            if (verb == "QUIT")
            {
                await SayAsync("221 2.0.0 Bye", cancellationToken);
                return;
            }

            await SayAsync(await AnswerAsync(verb, rest, cancellationToken), cancellationToken);
        }
    }

    private async Task<string> AnswerAsync(string verb, string rest, CancellationToken cancellationToken) => verb switch
    {
        "EHLO" => Greet($"250-localhost\r\n250-SIZE {SizeLimit}\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-PIPELINING\r\n"
            + "250-ENHANCEDSTATUSCODES\r\n250 AUTH PLAIN LOGIN"),
        "HELO" => Greet("250 localhost"),
        "AUTH" => await AuthenticateAsync(rest, cancellationToken),
        "MAIL" => Mail(rest),
        "RCPT" => Recipient(rest),
        "DATA" => await DataAsync(cancellationToken),
        "RSET" => Greet("250 2.0.0 Forgotten"),
        "NOOP" => "250 2.0.0 Still here",
        "VRFY" => "252 2.5.0 Send it and see",
        _ => "500 5.5.1 Unknown command",
    };

    private string Greet(string answer)
    {
        _sender = null;
        _recipients.Clear();
        return answer;
    }

    /// <summary>Any name and password will do: the sandbox has no mail accounts.</summary>
    private async Task<string> AuthenticateAsync(string rest, CancellationToken cancellationToken)
    {
        var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var mechanism = words.FirstOrDefault()?.ToUpperInvariant();
        string[] questions = mechanism switch
        {
            "PLAIN" => [""],
            "LOGIN" => ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"],
            _ => [],
        };
        if (questions.Length == 0)
        {
            return "504 5.5.4 Unknown mechanism";
        }

        foreach (var question in questions.Skip(words.Length - 1))
        {
            await SayAsync("334 " + question, cancellationToken);
            if (await _lines.ReadTextAsync(cancellationToken) is null or "*")
            {
                return "501 5.7.0 Cancelled";
            }
        }

        return "235 2.7.0 Welcome";
    }

    private string Mail(string rest)
    {
        if (_sender is not null)
        {
            return "503 5.5.1 One mail at a time";
        }

        if (Address(rest, "FROM:") is not { } sender)
        {
            return "501 5.5.4 MAIL FROM:<address>";
        }

        var size = rest.Split(' ').Select(word => word.Split('=')).FirstOrDefault(
            pair => pair is [var name, _] && name.Equals("SIZE", StringComparison.OrdinalIgnoreCase))?[1];
        if (long.TryParse(size, System.Globalization.CultureInfo.InvariantCulture, out var announced) && announced > SizeLimit)
        {
            return "552 5.3.4 The mail is too large";
        }

        _sender = sender;
        return "250 2.1.0 Sender OK";
    }

    private string Recipient(string rest)
    {
        if (_sender is null)
        {
            return "503 5.5.1 MAIL first";
        }

        if (Address(rest, "TO:") is not { Length: > 0 } recipient)
        {
            return "501 5.5.4 RCPT TO:<address>";
        }

        if (_recipients.Count >= RecipientLimit)
        {
            return "452 4.5.3 Too many recipients";
        }

        if (room.Refuse(_sender, recipient) is { } refusal)
        {
            return refusal;
        }

        _recipients.Add(recipient);
        return "250 2.1.5 Recipient OK";
    }

    private async Task<string> DataAsync(CancellationToken cancellationToken)
    {
        if (_sender is null || _recipients.Count == 0)
        {
            return "503 5.5.1 MAIL and RCPT first";
        }

        await SayAsync("354 End with a dot on a line of its own", cancellationToken);
        using var body = new MemoryStream();
        var tooLarge = false;
        while (true)
        {
            if (await _lines.ReadAsync(cancellationToken) is not { } line)
            {
                return "421 4.4.2 The connection ended within the mail";
            }

            if (line is [(byte)'.'])
            {
                break;
            }

            // Dot-stuffing: a line that begins with a dot was sent with one more.
            ReadOnlySpan<byte> content = line is [(byte)'.', ..] ? line.AsSpan(1) : line;
            tooLarge |= body.Length + content.Length > SizeLimit;
            if (!tooLarge)
            {
                body.Write(content);
                body.Write("\r\n"u8);
            }
        }

        var (sender, recipients) = (_sender, _recipients.ToArray());
        Greet("");
        if (tooLarge)
        {
            return "552 5.3.4 The mail is too large";
        }

        body.Position = 0;
        return await room.AcceptAsync(sender, recipients, body, cancellationToken);
    }

    private static string? Address(string rest, string keyword)
    {
        if (!rest.StartsWith(keyword, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var text = rest[keyword.Length..].TrimStart();
        var end = text.IndexOf('>', StringComparison.Ordinal);
        return text.StartsWith('<') && end > 0 ? text[1..end] : null;
    }

    private async Task SayAsync(string answer, CancellationToken cancellationToken) =>
        await stream.WriteAsync(Encoding.UTF8.GetBytes(answer + "\r\n"), cancellationToken);
}
