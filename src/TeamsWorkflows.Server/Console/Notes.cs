namespace TeamsWorkflows.Server.Console;

/// <summary>What an action led to, carried over its redirect by a word: the address says nothing that is not ours.</summary>
internal static class Notes
{
    public const string Verifying = "verifying";
    public const string ReasonMissing = "reason-missing";
    public const string Changed = "changed";
    public const string Answered = "answered";
    public const string Told = "told";
    public const string SentAgain = "sent-again";
    public const string NotNow = "not-now";
    public const string FilesGone = "files-gone";
    public const string Decided = "decided";
    public const string CommentMissing = "comment-missing";
    public const string NotYours = "not-yours";
    public const string Paused = "paused";
    public const string Resumed = "resumed";
    public const string Triggered = "triggered";
    public const string Acted = "acted";
    public const string WrongState = "wrong-state";
    public const string WrongEvent = "wrong-event";
    public const string NothingChosen = "nothing-chosen";
    public const string Purged = "purged";
    public const string FilterFirst = "filter-first";
    public const string Consented = "consented";
    public const string ChangeKept = "change-kept";
    public const string Looked = "looked";
    public const string Looking = "looking";
    public const string NotLooked = "not-looked";
    public const string ViewSaved = "view-saved";
    public const string ViewDeleted = "view-deleted";
    public const string ViewUnfit = "view-unfit";
    public const string ViewsFull = "views-full";

    public static string? Text(string? note) => note switch
    {
        Verifying => "Thank you. The connection is being checked now; this page shows the result when it is opened again.",
        ReasonMissing => "Say in a few words what you did and why, so that the next one knows.",
        Decided => "Your decision is kept.",
        CommentMissing => "Say in a few words why you refuse, so that whoever made the report knows. A comment has at most 1,000 characters.",
        NotYours => "You cannot decide about it: it asks for others, it is your own report, you have decided before, or somebody was faster. This is how it stands.",
        Paused => "It is paused. What falls into the pause is not caught up.",
        Resumed => "It occurs again, from now on.",
        Triggered => "One report is being handed over. It appears below.",
        Changed => "Somebody was faster, or the case needs something else by now. This is how it stands.",
        Answered => "The answers are kept with the case. What they come to is under the three questions.",
        Told => "The delivery has been told. This page shows what came of it when it is opened again.",
        SentAgain => "This is the new delivery. It has a key of its own, so it may be a second message.",
        NotNow => "That cannot be done as the delivery stands now: somebody was faster, or it has gone on. This is how it stands.",
        Acted => "Done. It is kept with the orchestration and in the log.",
        WrongState => "That cannot be done as the orchestration stands now: somebody was faster, or it has gone on. This is how it stands.",
        WrongEvent => "An event needs a name of at most 200 characters, and what it says must be JSON.",
        NothingChosen => "Choose at least one orchestration first.",
        Consented => "The consent is kept with your name. Say below that it is granted, and the connection is checked.",
        FilterFirst => "Filter first: all orchestrations that there are cannot be meant.",
        Purged => "It is gone, with its history.",
        ChangeKept => "It is taken down. What comes next is diagnosed with it in mind.",
        Looked => "The doctor has looked. This is how it stands.",
        Looking => "The doctor is looking. This page shows what it finds when it is done.",
        NotLooked => "The doctor could not look. What it had found before still stands below; the log says why.",
        ViewSaved => "The view is saved for you.",
        ViewDeleted => "The view is gone.",
        ViewUnfit => "A view needs a name of at most 60 characters, and a filter that can be read.",
        ViewsFull => "You have 50 views. Delete one first.",
        FilesGone => "The report's attachments are not kept any more. It has to be handed over anew.",
        _ => null,
    };
}
