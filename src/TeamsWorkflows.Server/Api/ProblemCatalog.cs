using System.Collections.Frozen;

namespace TeamsWorkflows.Server.Api;

/// <summary>A kind of refusal: what its type means, and what the caller does about it.</summary>
/// <param name="Code">The last part of the type; it never changes its meaning.</param>
/// <param name="Statuses">The HTTP statuses it comes with.</param>
/// <param name="Meaning">A sentence that says what was wrong.</param>
/// <param name="Remedy">A sentence that says what to do.</param>
internal sealed record ProblemKind(string Code, int[] Statuses, string Meaning, string Remedy)
{
    /// <summary>Gets the URI that stands in the field <c>type</c>.</summary>
    public string Type => ProblemCatalog.Prefix + Code;
}

/// <summary>Every kind of refusal that the API has; <c>docs/problems.md</c> is made from it.</summary>
internal static class ProblemCatalog
{
    /// <summary>What every type begins with.</summary>
    public const string Prefix = "urn:teamsworkflows:problem:";

    private const string SeeErrors = "Correct the fields that errors names.";

    /// <summary>Gets the kinds, by their code.</summary>
    public static FrozenDictionary<string, ProblemKind> Kinds { get; } = new ProblemKind[]
    {
        new("approval-already-decided", [409], "The caller has decided about this approval before, and otherwise.", "Nothing: a decision is kept as it was made first."),
        new("approval-closed", [409], "The approval is decided or over, or its report was cancelled.", "Nothing: there is nothing left to decide."),
        new("approval-needs-a-person", [403], "An application tried to approve or refuse.", "Sign in as a person."),
        new("approval-not-asked", [403], "The approval asks neither for the caller's name nor for a role of the caller's.", "Have one of its approvers decide."),
        new("approval-of-own-report", [403], "The caller handed the report over, and four eyes are wanted.", "Have somebody else decide."),
        new("attachments-gone", [409], "The report's attachments are past their retention.", "Hand the report over anew."),
        new("body-missing", [400], "The request has no body, and needs one.", "Send a JSON object, {} if there is nothing to say."),
        new("body-too-large", [413], "The body has more bytes than Api:MaxBodyBytes.", "Shorten it; a large table goes as an attachment of its own."),
        new("case-closed", [409], "The case is closed.", "Nothing: there is nothing left to do about it."),
        new("connection-of-configuration", [409], "The configuration defines the connection and would overwrite the change.", "Change it in the section Connections, or take another identifier."),
        new("delivery-ended", [409], "The delivery has ended.", "Nothing: what came of it is in the ledger."),
        new("delivery-not-held", [409], "The delivery waits for no decision (any more).", "GET it to see where it stands."),
        new("delivery-not-started", [409], "The delivery's orchestration has not begun.", "Repeat the call in a moment."),
        new("delivery-running", [409], "The delivery has not ended, so it cannot be sent again.", "Wait for its end, or cancel it first."),
        new("decision-missing", [422], "No decision was named, or none of those there are.", SeeErrors),
        new("device-code", [409], "The connection signs in by device code.", "POST to its device-sign-in instead."),
        new("failed", [500], "The server could not answer.", "Its log has the reason under the problem's traceId."),
        new("forbidden", [403], "The caller's roles do not allow it.", "Have an administrator assign the role that detail names, in Entra ID."),
        new("idempotency-key-reused", [422], "The idempotency key was used for another report.", "Take a new key for a new report; the same key only to repeat a call."),
        new("intake-of-configuration", [409], "The configuration defines the intake and would overwrite the change.", "Change it in the section Intakes, or take another name."),
        new("intake-not-proven", [401], "The intake does not exist or is off, or the proof, or its time, is not right.", "Compare the secret and the clock; docs/intakes.md has examples for each tool."),
        new("invalid-act", [422], "The act on an orchestration cannot be as it is.", SeeErrors),
        new("invalid-backfill", [422], "The span of time cannot be as it is.", SeeErrors),
        new("invalid-calendar-key", [422], "The key to the calendar has no name, or one that is too long.", SeeErrors),
        new("invalid-change", [422], "The change that is to be taken down is incomplete.", SeeErrors),
        new("invalid-connection", [422], "The connection's definition contradicts itself or is incomplete.", SeeErrors),
        new("invalid-consent", [422], "The consent names nobody, or no permission.", SeeErrors),
        new("invalid-decision", [422], "The decision, or its comment, cannot be as it is.", SeeErrors),
        new("invalid-diagnosis", [422], "There is nothing to diagnose, or its status is none.", SeeErrors),
        new("invalid-intake", [422], "The intake's definition cannot be as it is.", SeeErrors),
        new("invalid-parameter", [400], "A parameter or a header cannot be as it is.", SeeErrors),
        new("invalid-report", [422], "The report cannot be as it is.", SeeErrors),
        new("invalid-request", [400], "The request cannot be read.", "Compare it with /openapi/v1.json."),
        new("invalid-schedule", [422], "The schedule's definition cannot be as it is.", SeeErrors),
        new("malformed-json", [400], "The body is not JSON, or no JSON object where one is needed.", "Correct the JSON where detail says."),
        new("method-not-allowed", [405], "The address takes other methods.", "The header Allow names them."),
        new("name-taken", [409], "Another publisher has something of that name.", "Choose another name."),
        new("never-connected", [409], "Nobody has signed in for the connection yet, so there is nothing to try.", "Sign in for it first."),
        new("no-device-code", [409], "The connection signs in in the browser.", "POST to its sign-in instead."),
        new("no-sign-in-needed", [409], "A sign-in does not resolve this, or nobody signs in for the connection.", "Do what detail says instead."),
        new("not-found", [404], "There is no such thing, or the caller may not see it: the two look alike.", "Check the identifier."),
        new("nothing-to-try", [409], "The connection is the address of a workflow: only a report would show whether it works.", "Hand a report over to it."),
        new("orchestration-state", [409, 410], "The orchestration does not stand so that this could be done.", "GET it; detail says what would have to be different."),
        new("precondition-failed", [412], "It is another version than the one that If-Match names.", "GET it again, and decide anew."),
        new("precondition-required", [428], "There is one already, and the request does not say which version it changes.", "GET it, and send its ETag in If-Match."),
        new("reason-missing", [422], "Whoever does this has to say why.", "Give 3 to 1,000 characters in the field reason."),
        new("report-not-approved", [409], "The report was refused by its approvers, or not approved in time.", "Hand it over anew."),
        new("sign-in-required", [409], "Only a sign-in resolves the case.", "POST to its sign-in, and open the address that it answers with."),
        new("temporarily-unavailable", [503], "The task hub or its database does not answer at the moment.", "Repeat the call after Retry-After, with the same Idempotency-Key: it is carried out once."),
        new("timed-out", [504], "The request took longer than Api:Timeout, and was broken off.", "Ask for less at once. What was handed over may have been taken: repeat it with the same Idempotency-Key."),
        new("too-large", [413], "The request to an intake is too large.", "Shorten it."),
        new("too-many-requests", [429], "The caller asks for more in a short time than Api:CallsPerSecond and Api:Burst allow.", "Wait for as many seconds as Retry-After says."),
        new("too-many-streams", [503], "The server, or the caller, has as many streams of events as it may.", "Close one, or wait for as many seconds as Retry-After says."),
        new("unauthenticated", [401], "There is no access token, or not a valid one for this API.", "Send the header Authorization: Bearer TOKEN with a token made for this API."),
        new("unknown-field", [400], "The body has a field that does not exist.", "Remove it, or correct its name."),
        new("unsupported-media-type", [415], "The body is not declared as JSON.", "Send the header Content-Type: application/json."),
        new("wrong-type", [400], "A field's value has the wrong type or form.", SeeErrors),
    }.ToFrozenDictionary(static k => k.Code, StringComparer.Ordinal);
}
