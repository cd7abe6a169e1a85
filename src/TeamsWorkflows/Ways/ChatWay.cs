using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization.Metadata;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Deliveries.Flights;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Ways;

/// <summary>A chat: one that is there, the one with a person, or one of several people, which is made when it is needed.</summary>
/// <param name="Members">User names or identifiers of the others; the connection's account is a member of itself.</param>
/// <param name="Topic">The name of a chat of several people: with the members, it says which one is meant.</param>
public sealed record ChatDestination(
    [property: Required] string? Connection, string? ChatId = null, IReadOnlyList<string?>? Members = null, string? Topic = null) : Destination
{
    public const int MaxMembers = 20;
    public const int MaxTopicLength = 50;

    internal override string? ConnectionName => Connection;

    /// <summary>Gets a value indicating whether it is a chat of several people that may have to be made.</summary>
    internal bool IsGroup => Members is { Count: > 1 };

    public bool Equals(ChatDestination? other) => other is not null
        && (Connection, ChatId, Topic) == (other.Connection, other.ChatId, other.Topic)
        && (Members ?? []).SequenceEqual(other.Members ?? [], StringComparer.OrdinalIgnoreCase);

    public override int GetHashCode() => HashCode.Combine(Connection, ChatId, Topic, Members?.Count);
}

/// <summary>A message in a chat by Graph. A chat has no answers and no folder of its own.</summary>
internal sealed class ChatWay : Way<ChatDestination>
{
    public const string Name = "chat";

    public override string Kind => Name;

    public override bool HasThreads => true;

    public override JsonTypeInfo JsonType => DestinationJson.Default.ChatDestination;

    protected override void Validate(ChatDestination destination, WayCheck check)
    {
        check.RequireConnection(destination.Connection, Operation.PostChatMessage);
        check.RequireScope(destination.Connection, Operation.PostChatMessage, "A message in a chat is posted");
        check.RequireScope(destination.Connection, Operation.ReadChatMessages, "A post without an answer is looked for in the chat");
        if (check.Report is { Thread.IsUpdate: true })
        {
            check.RequireScope(destination.Connection, Operation.UpdateChatMessage, "An update changes a message");
        }

        check.RefuseFiles("Send the files to a channel.");
        if (destination.Members is { } members)
        {
            check.RequireScope(destination.Connection, Operation.CreateChat, "A chat with members is opened when it is needed");
            ValidateMembers(destination, members, check);
        }
        else if (destination.ChatId is not { Length: <= 200 } id || !id.StartsWith("19:", StringComparison.Ordinal) || !id.Contains('@', StringComparison.Ordinal))
        {
            check.Add("chatId", "Give the chat's identifier, such as 19:…@thread.v2, or its members.");
        }
    }

    protected override Rendering Render(ChatDestination destination, ReportDocument report, Envelope envelope)
    {
        var rendering = ChannelMessage.Render(report, envelope);
        return report.Thread is { } thread
            ? rendering with
            {
                Notes =
                [
                    .. rendering.Notes,
                    thread.IsUpdate ? ThreadNotes.OfUpdate(thread) : "A chat has no answers: each report of a thread is a message of its own.",
                ],
            }
            : rendering;
    }

    protected override DeliveryPlan Plan(ChatDestination destination, ReportDocument report)
    {
        List<PlannedStep> before = [];
        if (destination.IsGroup)
        {
            before.Add(new(nameof(JoinChat)));
        }

        if (destination.ChatId is null)
        {
            before.Add(new(nameof(OpenChat)));
        }

        if (report.Thread is not null)
        {
            before.Add(new(nameof(JoinThread)));
        }

        return new(nameof(PostChatMessage), nameof(ReconcileChatMessage), before);
    }

    protected override void Note(ChatDestination destination, DeliveryRow row) => row.ChatId = destination.ChatId;

    private static void ValidateMembers(ChatDestination destination, IReadOnlyList<string?> members, WayCheck check)
    {
        if (destination.ChatId is not null)
        {
            check.Add("chatId", "Give one of chatId and members.");
        }

        if (members.Count is 0 or > ChatDestination.MaxMembers)
        {
            check.Add("members", $"Give 1 to {ChatDestination.MaxMembers} people besides the connection's own account.");
        }

        for (var i = 0; i < members.Count; i++)
        {
            if (members[i] is not { Length: > 0 and <= 320 } name || name.Any(static c => char.IsControl(c) || c is ' ' or '/')
                || !(Guid.TryParse(name, out _) || name.Contains('@', StringComparison.Ordinal)))
            {
                check.Add($"members[{i}]", "Give the person's user name, such as olivia@contoso.com, or identifier in Entra.");
            }
            else if (members.Take(i).Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                check.Add($"members[{i}]", "This person is given twice.");
            }
        }

        if (members.Count > 1 && (string.IsNullOrWhiteSpace(destination.Topic) || destination.Topic.Length > ChatDestination.MaxTopicLength
            || destination.Topic.Any(char.IsControl)))
        {
            check.Add("topic", $"Give the chat of several people a topic: one line of at most {ChatDestination.MaxTopicLength} characters.");
        }
        else if (members.Count == 1 && destination.Topic is not null)
        {
            check.Add("topic", "The chat with one person has no topic. Leave it out.");
        }
    }
}

/// <summary>What a preview says about threads.</summary>
internal static class ThreadNotes
{
    public static string OfUpdate(ReportThread thread)
        => $"It takes the place of the first message of the thread '{thread.Key}'; if there is none, it is that message.";

    public static string OfAnswer(ReportThread thread)
        => $"It answers the first message of the thread '{thread.Key}'; if there is none, it is that message.";
}
