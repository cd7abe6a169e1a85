using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Fallback;

namespace TeamsWorkflows.Cases;

/// <summary>Tells the operators, once per case, what is broken, what to do, and where.</summary>
internal sealed class NotifyOperators(
    CaseDesk cases, Mailer mailer, IOptions<EntraOptions> entra, IOptions<FallbackOptions> fallback) : TaskActivity<string, bool>
{
    public override async Task<bool> RunAsync(TaskActivityContext context, string input)
    {
        var found = await cases.FindAsync(input, context.CancellationToken)
            ?? throw new ActivityFailureException("Case.NotFound", $"There is no case '{input}'.", isNonRetriable: true);
        await mailer.SendAsync(
            CaseMail.Compose(found, entra.Value.PublicAddress, fallback.Value.Operators, $"case-{found.Id}"), context.CancellationToken);
        return true;
    }
}

/// <summary>The words for what a case asks for (R85): the same in mails, pages and the API.</summary>
public static class CaseWords
{
    /// <returns>What is the matter in two or three words, and what to do in a sentence.</returns>
    public static (string Headline, string Step) For(OperatorAction cause, Diagnosis diagnosis, string? username)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);

        var (headline, step) = For(cause, username);
        return cause is OperatorAction.FixConfiguration or OperatorAction.RotateCredential
            ? (HeadlineOf(diagnosis) ?? headline, Runbooks.RunbookShelf.Find(diagnosis.Runbook)?.Steps[0] is { } first ? $"{first} Then verify." : step)
            : (headline, step);
    }

    // What all has to be put right by configuration is too much for one headline.
    private static string? HeadlineOf(Diagnosis diagnosis) => (diagnosis.Class, diagnosis.Subclass) switch
    {
        (FailureClasses.Unknown, _) => "Not understood",
        (FailureClasses.ResourceNotFound, _) => "Destination not found",
        (FailureClasses.UserDisabledOrDeleted, _) => "Account disabled or gone",
        (FailureClasses.AppMissingOrDisabled, _) => "Application disabled or gone",
        (FailureClasses.ClientConfig, "clock") or (FailureClasses.TokenInvalid, "not-yet-valid") => "Clock wrong",
        (FailureClasses.ClientConfig, "workflow-off") => "Workflow turned off",
        (FailureClasses.TransportFailure, _) => "Service not reached",
        (FailureClasses.ClientCredential, "certificate") => "Certificate not accepted",
        (FailureClasses.ClientCredential, "secret-expired") => "Secret expired",
        (FailureClasses.ClientCredential, "secret-wrong") => "Secret wrong",
        _ => null,
    };

    private static (string Headline, string Step) For(OperatorAction cause, string? username) => cause switch
    {
        OperatorAction.Reconnect => ("Reconnect required", $"Sign in as {username ?? "the connection's account"}."),
        OperatorAction.GrantAdminConsent => ("Permissions missing", "An administrator grants the application's permissions; then verify."),
        OperatorAction.RotateCredential => ("Credential expired or wrong", "Make a new client secret, configure it here; then verify."),
        OperatorAction.ChangePolicy => ("Blocked by policy", "The owner of the sign-in policies exempts this account or application; then verify."),
        OperatorAction.AddMembership => ("Membership missing", "Add the account to the team or channel; then verify."),
        OperatorAction.FixConfiguration => ("Configuration wrong", "Correct the connection's tenant, application or account; then verify."),
        OperatorAction.FixPayload => ("Message not accepted", "Change the report; Teams does not accept it as it is."),
        _ => ("Throttled", "Nothing: it goes on by itself."),
    };
}
