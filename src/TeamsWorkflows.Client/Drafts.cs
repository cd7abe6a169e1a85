using System.Text.Json.Serialization;

namespace TeamsWorkflows.Client;

/// <summary>A report to hand over.</summary>
/// <param name="Title">Shown first; one line.</param>
/// <param name="Body">The text, in <see cref="Format"/>.</param>
/// <param name="Destinations">Where it goes; 1 to 20.</param>
public sealed record ReportDraft(string Title, string? Body, IReadOnlyList<DestinationDraft> Destinations)
{
    /// <summary>Gets how the body is written: Markdown, Text or Html; null: Markdown.</summary>
    public string? Format { get; init; }

    /// <summary>Gets the message's subject; null: the title.</summary>
    public string? Subject { get; init; }

    /// <summary>Gets how the message is marked: Normal, High or Urgent; null: Normal.</summary>
    public string? Importance { get; init; }

    /// <summary>Gets the thread that it belongs to, by a key of your own; null: none.</summary>
    public string? Thread { get; init; }

    /// <summary>Gets how long Teams is tried before the fallback; null: as configured.</summary>
    public TimeSpan? Patience { get; init; }
}

/// <summary>A place where a report goes.</summary>
/// <param name="Kind">channel, chat, file, email, workflow, slack, pagerduty or webhook; null: channel.</param>
public sealed record DestinationDraft(string? Kind = null)
{
    /// <summary>Gets the connection that it is reached by.</summary>
    public string? Connection { get; init; }

    /// <summary>Gets the team.</summary>
    public string? TeamId { get; init; }

    /// <summary>Gets the channel.</summary>
    public string? ChannelId { get; init; }

    /// <summary>Gets the chat.</summary>
    public string? ChatId { get; init; }

    /// <summary>Gets the address of a flow, of Slack or of a webhook.</summary>
    public Uri? Url { get; init; }

    /// <summary>Gets the recipients of a mail.</summary>
    public IReadOnlyList<string>? To { get; init; }

    /// <summary>A channel of Teams.</summary>
    public static DestinationDraft Channel(string connection, string teamId, string channelId)
        => new() { Connection = connection, TeamId = teamId, ChannelId = channelId };

    /// <summary>A chat of Teams.</summary>
    public static DestinationDraft Chat(string connection, string chatId) => new("chat") { Connection = connection, ChatId = chatId };

    /// <summary>Mail, by the configured mail server.</summary>
    public static DestinationDraft Email(params string[] to) => new("email") { To = to };
}

internal sealed record ReasonBody(string Reason);

internal sealed record DecisionBody(string Decision, string Reason);

[JsonSourceGenerationOptions(
    System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ReportDraft))]
[JsonSerializable(typeof(ReasonBody))]
[JsonSerializable(typeof(DecisionBody))]
[JsonSerializable(typeof(ReportView))]
[JsonSerializable(typeof(DeliveryView))]
[JsonSerializable(typeof(DeliveryPageView))]
[JsonSerializable(typeof(CaseView))]
[JsonSerializable(typeof(CaseListView))]
[JsonSerializable(typeof(CaseStepView))]
[JsonSerializable(typeof(ConnectionView))]
[JsonSerializable(typeof(ConnectionListView))]
[JsonSerializable(typeof(AuditVerificationView))]
[JsonSerializable(typeof(ApiProblem))]
internal sealed partial class ClientJson : JsonSerializerContext;
