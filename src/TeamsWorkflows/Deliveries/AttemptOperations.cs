using TeamsWorkflows.Connections;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Deliveries;

/// <summary>What an attempt uses its connection for, so that the token's permissions can be compared with it.</summary>
internal static class AttemptOperations
{
    /// <returns>Null when the attempt needs no permission of Graph that is known here.</returns>
    public static Operation? Of(AttemptSubject subject, AttemptKind kind)
    {
        var isUpdate = subject.Report.UpdatesThread && subject.Delivery.RootMessageId is not null;
        return (subject.Delivery.Kind, kind) switch
        {
            (ChannelWay.Name, AttemptKind.Post) => isUpdate ? Operation.UpdateChannelMessage : Operation.PostChannelMessage,
            (ChannelWay.Name, AttemptKind.ReadBack) => Operation.ReadChannelMessages,
            (ChannelWay.Name, AttemptKind.Place) => Operation.ReadChannels,
            (ChatWay.Name, AttemptKind.Post) => isUpdate ? Operation.UpdateChatMessage : Operation.PostChatMessage,
            (ChatWay.Name, AttemptKind.ReadBack) => Operation.ReadChatMessages,
            (ChatWay.Name, AttemptKind.Place) => Operation.CreateChat,
            (EmailWay.Name, AttemptKind.Post) => Operation.SendMail,
            (FileWay.Name, AttemptKind.Post) or (_, AttemptKind.Upload) => Operation.UploadFile,
            (WorkflowWay.Name, AttemptKind.Post) => Operation.PostToWorkflow,
            _ => null,
        };
    }
}
