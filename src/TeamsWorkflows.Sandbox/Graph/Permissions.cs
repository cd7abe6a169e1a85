namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>Which permission each simulated operation needs.</summary>
internal static class Permissions
{
    public static Permission ChannelMessageSend { get; } = new(
        ["ChannelMessage.Send", "Group.ReadWrite.All"], ["Teamwork.Migrate.All"], GraphErrors.ImportOnly);

    public static Permission ChannelMessageWrite { get; } = new(
        ["ChannelMessage.ReadWrite", "Group.ReadWrite.All"], [], GraphErrors.PolicyViolationOnly);

    public static Permission ChannelMessageRead { get; } = new(
        ["ChannelMessage.Read.All", "Group.Read.All", "Group.ReadWrite.All"],
        ["ChannelMessage.Read.All", "Group.Read.All", "Group.ReadWrite.All"]);

    public static Permission ChannelCreate { get; } = new(
        ["Channel.Create", "Group.ReadWrite.All"], ["Channel.Create", "Group.ReadWrite.All"]);

    public static Permission TeamRead { get; } = new(
        [
            "Team.ReadBasic.All", "Channel.ReadBasic.All", "Channel.Create", "ChannelMessage.Send",
            "ChannelMessage.Read.All", "Group.Read.All", "Group.ReadWrite.All",
        ],
        ["Team.ReadBasic.All", "Channel.ReadBasic.All", "ChannelMessage.Read.All", "Group.Read.All", "Group.ReadWrite.All"]);

    public static Permission ChatCreate { get; } = new(["Chat.Create", "Chat.ReadWrite"], ["Chat.Create"]);

    public static Permission ChatMessageSend { get; } = new(
        ["ChatMessage.Send", "Chat.ReadWrite", "Group.ReadWrite.All"], ["Teamwork.Migrate.All"], GraphErrors.ImportOnly);

    public static Permission ChatRead { get; } = new(
        ["Chat.Read", "Chat.ReadWrite", "ChatMessage.Send", "Chat.Create"], ["Chat.Read.All"]);

    public static Permission ChatList { get; } = new(["Chat.Read", "Chat.ReadWrite"], []);

    public static Permission ChatMessageRead { get; } = new(["Chat.Read", "Chat.ReadWrite"], ["Chat.Read.All"]);

    public static Permission ChatMessageWrite { get; } = new(["Chat.ReadWrite"], [], GraphErrors.PolicyViolationOnly);

    public static Permission FileRead { get; } = new(
        ["Files.Read.All", "Files.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All"],
        ["Files.Read.All", "Files.ReadWrite.All", "Sites.ReadWrite.All"]);

    public static Permission FileWrite { get; } = new(
        ["Files.ReadWrite.All", "Group.ReadWrite.All"], ["Files.ReadWrite.All", "Sites.ReadWrite.All"]);

    public static Permission UserRead { get; } = new(["User.Read", "User.Read.All", "User.ReadBasic.All"], ["User.Read.All"]);

    public static Permission MailSend { get; } = new(["Mail.Send"], ["Mail.Send"]);

    public static Permission ApplicationRead { get; } = new(
        ["Application.Read.All", "Application.ReadWrite.All"],
        ["Application.Read.All", "Application.ReadWrite.All", "Application.ReadWrite.OwnedBy"]);

    public static Permission ApplicationWrite { get; } = new(
        ["Application.ReadWrite.All"], ["Application.ReadWrite.All", "Application.ReadWrite.OwnedBy"]);
}
