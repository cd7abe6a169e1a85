using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TeamsWorkflows.Cli.Commands;

/// <summary>A report as it is handed over: a file with the API's JSON, or the few fields of a simple one.</summary>
internal sealed class ReportInput
{
    private readonly Option<string?> _file = new("--file") { Description = "The whole report as the API takes it, in JSON ('-' for standard input); the options below replace its fields.", HelpName = "FILE" };
    private readonly Option<string?> _title = new("--title") { Description = "Its title." };
    private readonly Option<string?> _body = new("--body") { Description = "Its text; '@FILE' reads a file, '-' standard input.", HelpName = "TEXT" };
    private readonly Option<string?> _format = new("--format") { Description = "How the text is written: Markdown, Text or Html." };
    private readonly Option<string?> _connection = new("--connection") { Description = "The connection that posts." };
    private readonly Option<string?> _team = new("--team") { Description = "The team's identifier.", HelpName = "ID" };
    private readonly Option<string?> _channel = new("--channel") { Description = "The channel's identifier.", HelpName = "ID" };

    public ReportInput() => _format.AcceptOnlyFromAmong("Markdown", "Text", "Html");

    public IReadOnlyList<Option> Options => [_file, _title, _body, _format, _connection, _team, _channel];

    /// <exception cref="CommandException">It is not enough for a report, or no JSON.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public async Task<string> ReadAsync(ParseResult parsed, TextReader input, CancellationToken cancellationToken)
    {
        var report = parsed.GetValue(_file) is { } file ? Parse(file, await TextAsync(file, input, cancellationToken)) : [];
        Set(report, "title", parsed.GetValue(_title));
        Set(report, "format", parsed.GetValue(_format));
        if (parsed.GetValue(_body) is { } body)
        {
            report["body"] = body == "-" || body.StartsWith('@') ? await TextAsync(body.TrimStart('@'), input, cancellationToken) : body;
        }

        if ((parsed.GetValue(_connection), parsed.GetValue(_team), parsed.GetValue(_channel)) is not (null, null, null) and var (connection, team, channel))
        {
            report["destinations"] = new JsonArray(new JsonObject { ["connection"] = connection, ["teamId"] = team, ["channelId"] = channel });
        }

        return report.Count > 0 ? report.ToJsonString()
            : throw new CommandException(ExitCodes.Usage, "What is the report? Give --file, or --title, --body, --connection, --team and --channel.");
    }

    private static void Set(JsonObject report, string name, string? value)
    {
        if (value is not null)
        {
            report[name] = value;
        }
    }

    private static Task<string> TextAsync(string file, TextReader input, CancellationToken cancellationToken)
        => file == "-" ? input.ReadToEndAsync(cancellationToken) : File.ReadAllTextAsync(file, cancellationToken);

    private static JsonObject Parse(string file, string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? throw new CommandException(ExitCodes.Usage, $"--file: '{file}' is no JSON object.");
        }
        catch (JsonException e)
        {
            throw new CommandException(ExitCodes.Usage, $"--file: '{file}' is no JSON: {e.Message} A report's text alone: --body @{file}.", e);
        }
    }
}
