using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Proto = TeamsWorkflows.DurableTask.Protocol;

namespace TeamsWorkflows.DurableTask.Core;

/// <summary>A history as JSON that a person can read and compare: the protocol's own JSON of each event in a small envelope.</summary>
/// <remarks>
/// <code>
///   { "format": 1, "instanceId": "report-7", "name": "DeliverReport", "events": [ { "eventId": -1, "timestamp": …, … }, … ] }
/// </code>
/// What is written reads back equal. Inputs, results and failures are in it: treat it as you treat the task hub.
/// </remarks>
public static class HistoryJson
{
    /// <summary>The format that this release writes and reads.</summary>
    public const int Format = 1;

    private static readonly JsonFormatter Formatter = new(
        JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithIndentation("  "));

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes a history.</summary>
    public static string Write(RecordedHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);

        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        text.WriteLine(Head(history.InstanceId, history.Name));
        for (var i = 0; i < history.Events.Count; i++)
        {
            text.Write(Event(history.Events[i], isFirst: i == 0));
        }

        text.Write(Tail(isEmpty: history.Events.Count == 0));
        return text.ToString();
    }

    /// <summary>Writes a history while it is being read: memory holds one event at a time.</summary>
    /// <param name="utf8">Where to; stays open.</param>
    /// <param name="instanceId">The instance that it is of.</param>
    /// <param name="name">Its orchestrator's registered name.</param>
    /// <param name="events">Everything that happened, oldest first.</param>
    /// <param name="cancellation">Stops writing; what was written until then is no JSON.</param>
    public static async Task WriteAsync(
        Stream utf8, string instanceId, string name, IAsyncEnumerable<HistoryEvent> events, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(events);

        await using var text = new StreamWriter(utf8, Utf8, leaveOpen: true) { NewLine = "\n" };
        await text.WriteLineAsync(Head(instanceId, name).AsMemory(), cancellation);
        var isFirst = true;
        await foreach (var e in events.WithCancellation(cancellation))
        {
            await text.WriteAsync(Event(e, isFirst).AsMemory(), cancellation);
            isFirst = false;
        }

        await text.WriteAsync(Tail(isFirst).AsMemory(), cancellation);
    }

    /// <summary>Reads what <see cref="Write"/> wrote, or a person has edited.</summary>
    /// <exception cref="InvalidDataException">The text is no history in this format; the message says what is wrong, and where.</exception>
    public static RecordedHistory Read(string json)
    {
        using var document = Parse(json);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException($"A history is a JSON object; this is of kind {root.ValueKind}.");
        }

        if (!Member(root, "format", JsonValueKind.Number).TryGetInt32(out var format) || format != Format)
        {
            throw new InvalidDataException($"format: this release reads format {Format}; this is {root.GetProperty("format")}.");
        }

        var history = new RecordedHistory(
            Text(root, "instanceId"),
            Text(root, "name"),
            [.. Member(root, "events", JsonValueKind.Array).EnumerateArray().Select(ReadEvent)]);
        return history.Events.OfType<ExecutionStartedEvent>().FirstOrDefault() is { } started && started.Name != history.Name
            ? throw new InvalidDataException($"name: '{history.Name}' is not what was started, '{started.Name}'.")
            : history;
    }

    private static string Head(string instanceId, string name)
        => $$"""
        {
          "format": {{Format}},
          "instanceId": "{{Escaped(instanceId)}}",
          "name": "{{Escaped(name)}}",
          "events": [
        """;

    // By way of the bytes that a store keeps: half a character is replaced there, and the formatter refuses it.
    private static string Event(HistoryEvent e, bool isFirst)
    {
        var kept = Proto.HistoryEvent.Parser.ParseFrom(ProtoMapper.ToProto(e).ToByteArray());
        return $"{(isFirst ? "" : ",\n")}    {Formatter.Format(kept, indentationLevel: 2)}";
    }

    private static string Tail(bool isEmpty) => isEmpty ? "  ]\n}\n" : "\n  ]\n}\n";

    private static JsonEncodedText Escaped(string text) => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);

    private static JsonDocument Parse(string json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"This is no JSON, or only a part of one: {e.Message}", e);
        }
    }

    private static HistoryEvent ReadEvent(JsonElement json, int index)
    {
        try
        {
            return json.ValueKind == JsonValueKind.Object
                ? ProtoMapper.FromProto(JsonParser.Default.Parse<Proto.HistoryEvent>(json.GetRawText()))
                : throw new InvalidDataException($"An event is a JSON object; this is of kind {json.ValueKind}.");
        }
        catch (Exception e) when (e is InvalidDataException or InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new InvalidDataException($"events[{index}]: {e.Message}", e);
        }
    }

    private static string Text(JsonElement root, string name)
    {
        try
        {
            return Member(root, name, JsonValueKind.String).GetString()!;
        }
        catch (InvalidOperationException e) // half a surrogate pair
        {
            throw new InvalidDataException($"{name}: {e.Message}", e);
        }
    }

    private static JsonElement Member(JsonElement root, string name, JsonValueKind kind)
        => !root.TryGetProperty(name, out var member)
            ? throw new InvalidDataException($"{name}: it is missing.")
            : member.ValueKind != kind
                ? throw new InvalidDataException($"{name}: it must be of kind {kind}; this is of kind {member.ValueKind}.")
                : member;
}
