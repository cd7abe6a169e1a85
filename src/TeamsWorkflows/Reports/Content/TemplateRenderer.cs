using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Syntax;

namespace TeamsWorkflows.Reports.Content;

/// <summary>Fills Scriban templates with one report's data. No files, no clock of its own, bounded in loops, output and time.</summary>
/// <remarks>A name that the data does not have is an error and not a blank: a report with holes is worse than none.</remarks>
internal sealed class TemplateRenderer(JsonElement data, TimeProvider time)
{
    public const int MaxLoops = 10_000;
    public const int MaxOutputLength = 1_000_000;

    // For all texts of a report together: a card may have thousands.
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(5);

    private readonly long _began = time.GetTimestamp();
    private ScriptObject? _data;

    /// <summary>Fills a template that is text or Markdown.</summary>
    /// <returns>Null when it could not be filled; the errors then say why.</returns>
    public string? Text(string template, string path, ReportErrors errors) => Render(template, isHtml: false, path, errors);

    /// <summary>Fills a template that is HTML: every value is encoded.</summary>
    /// <returns>Null when it could not be filled; the errors then say why.</returns>
    public string? Html(string template, string path, ReportErrors errors) => Render(template, isHtml: true, path, errors);

    /// <summary>Fills every text of a card by itself, so that no value can change the card's structure.</summary>
    public JsonNode? Card(JsonElement card, string path, ReportErrors errors) => card.ValueKind switch
    {
        JsonValueKind.Object => new JsonObject(card.EnumerateObject()
            .Select(m => KeyValuePair.Create(m.Name, Card(m.Value, $"{path}.{m.Name}", errors)))),
        JsonValueKind.Array => new JsonArray([.. card.EnumerateArray()
            .Select((item, i) => Card(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), errors))]),
        JsonValueKind.String => JsonValue.Create(Text(card.GetString()!, path, errors)),
        _ => JsonNode.Parse(card.GetRawText()),
    };

    private string? Render(string template, bool isHtml, string path, ReportErrors errors)
    {
        var parsed = Template.Parse(template);
        if (parsed.HasErrors)
        {
            foreach (var message in parsed.Messages.Where(static m => m.Type == ParserMessageType.Error))
            {
                errors.Add(path, $"The template is wrong at {Place(message.Span)}: {message.Message}");
            }

            return null;
        }

        var left = TimeLimit - time.GetElapsedTime(_began);
        if (left <= TimeSpan.Zero)
        {
            errors.Add(path, $"Filling the report's templates takes longer than {TimeLimit.TotalSeconds} s.");
            return null;
        }

        using var limit = new CancellationTokenSource(left, time);
        var context = new Context(isHtml, time)
        {
            StrictVariables = true,
            EnableRelaxedMemberAccess = false,
            TryGetMember = Missing,
            LoopLimit = MaxLoops,
            LoopLimitQueryable = MaxLoops,
            RecursiveLimit = 20,
            LimitToString = MaxOutputLength + 1, // Scriban cuts there, and says nothing
            RegexTimeOut = TimeSpan.FromSeconds(1),
            CancellationToken = limit.Token,
        };
        context.PushCulture(CultureInfo.InvariantCulture);
        context.PushGlobal(_data ??= Globals());
        context.PushGlobal(new ScriptObject(StringComparer.Ordinal)); // what one text sets, another does not see
        try
        {
            var text = parsed.Render(context);
            if (text.Length <= MaxOutputLength)
            {
                return text;
            }

            errors.Add(path, string.Create(CultureInfo.InvariantCulture, $"The filled template is longer than {MaxOutputLength} characters."));
            return null;
        }
        catch (ScriptRuntimeException e)
        {
            errors.Add(path, $"The template cannot be filled at {Place(e.Span)}: {e.OriginalMessage}");
            return null;
        }
    }

    private ScriptObject Globals()
    {
        var globals = new ScriptObject(StringComparer.Ordinal) { ["now"] = time.GetUtcNow().UtcDateTime };
        foreach (var member in data.EnumerateObject())
        {
            globals[member.Name] = Value(member.Value);
        }

        return globals;
    }

    // Scriban gives null for a member that an object does not have: strict is meant for names alone.
    private static bool Missing(TemplateContext context, SourceSpan span, object target, string member, out object value)
        => throw new ScriptRuntimeException(span, $"The data has no `{member}` here");

    // The end of a template has no position.
    private static string Place(SourceSpan span) => span.Start.Line < 0
        ? "its end"
        : string.Create(CultureInfo.InvariantCulture, $"line {span.Start.Line + 1}, column {span.Start.Column + 1}");

    private static object? Value(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => Object(json),
        JsonValueKind.Array => new ScriptArray(json.EnumerateArray().Select(Value)),
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.TryGetInt64(out var whole) ? whole : json.TryGetDecimal(out var exact) ? exact : json.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static ScriptObject Object(JsonElement json)
    {
        var made = new ScriptObject(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            made[member.Name] = Value(member.Value);
        }

        return made;
    }

    // Text of the template goes out as it is; what an expression gives is encoded first when the template is HTML.
    private sealed class Context : TemplateContext
    {
        private readonly bool _isHtml;

        public Context(bool isHtml, TimeProvider time)
        {
            _isHtml = isHtml;
            ((ScriptObject)BuiltinObject["date"]!).SetValue("now", time.GetUtcNow().UtcDateTime, readOnly: true);
        }

        public override TemplateContext Write(SourceSpan span, object? textAsObject)
            => _isHtml && textAsObject is not null
                ? Write(WebUtility.HtmlEncode(ObjectToString(textAsObject)))
                : base.Write(span, textAsObject);
    }
}
