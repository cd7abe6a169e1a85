using System.Globalization;
using System.Text;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Forecast;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Tests.Connections;

/// <summary><c>docs/connections.md</c>: made from the code that decides, so that it cannot say something else.</summary>
public sealed class ConnectionPageTests
{
    [Fact]
    public void The_page_is_what_the_code_does() => Docs.AssertIs("connections.md", Page(), nameof(ConnectionPageTests));

    [Theory]
    [Trait("Requirement", "R1")]
    [InlineData("README.md")]
    [InlineData("docs/connections.md")]
    [InlineData("src/TeamsWorkflows.Server/Console/ConnectionsPage.razor")]
    public void It_is_said_what_expires(string file)
        => Assert.Contains("not a Teams password", File.ReadAllText(Path.Combine(Docs.Root, file)), StringComparison.Ordinal);

    private static string Page()
    {
        var page = new StringBuilder()
            .Append("# Connections\n\n")
            .Append("Made from the code; when it is stale, run\n`UPDATE_DOCS=1 dotnet test tests/TeamsWorkflows.Tests --filter ConnectionPageTests`.\n\n")
            .Append("What expires is an access token, or the path by which it is renewed. An access token is a signed credential for about an hour, which\n")
            .Append("carries who somebody is (a user or an application) and what for (scopes or roles). It is not a Teams password.\n\n")
            .Append("A connection is defined in section `Connections` of the configuration, or by `POST /api/v1/connections`. One of the configuration\n")
            .Append("cannot be changed by the API. The path of a certificate is read whenever Entra is asked: replacing the file rotates it.\n\n")
            .Append(Credentials)
            .Append(SigningIn)
            .Append("## What each auth model can do\n\n| operation | scope (one of) | role of an application (one of) |");
        var models = Enum.GetValues<AuthModel>();
        page.Append(CultureInfo.InvariantCulture, $" {string.Join(" | ", models)} |\n|---|---|---|{string.Concat(models.Select(_ => "---|"))}\n");
        foreach (var operation in Enum.GetValues<Operation>())
        {
            page.Append(CultureInfo.InvariantCulture, $"| {operation} | {string.Join(", ", Capabilities.AnyScopeOf(operation))} | {string.Join(", ", Capabilities.AnyRoleOf(operation))} | ");
            page.Append(CultureInfo.InvariantCulture, $"{string.Join(" | ", models.Select(m => Capabilities.WhyNot(m, operation) is null ? "yes" : "no"))} |\n");
        }

        page.Append("\n## Fields\n\n| field | type |\n|---|---|\n");
        foreach (var field in typeof(ConnectionDefinition).GetProperties())
        {
            page.Append(CultureInfo.InvariantCulture, $"| `{field.Name}` | {Type(field.PropertyType)} |\n");
        }

        page.Append("\n## What is refused\n\n");
        foreach (var problem in Worst().Problems().OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            page.Append(CultureInfo.InvariantCulture, $"- `{problem.Key}`: {string.Join(' ', problem.Value)}\n");
        }

        page.Append("\n## What is foretold\n\n`GET /api/v1/connections/expiries`, and as a calendar `/api/v1/connections/expiries.ics`:\n\n");
        var facts = new ExpiryFacts("x", AuthModel.DelegatedUser, Day(1), Day(0), Day(0), TimeSpan.FromHours(12), Day(40), Day(50)) { ConsentReviewAt = Day(200) };
        foreach (var expiry in ExpiryForecast.Of(facts))
        {
            page.Append(CultureInfo.InvariantCulture, $"- **{ExpiryCalendar.Words(expiry.Kind)}**{(expiry.NeedsPerson ? "" : " (renews itself)")}: {expiry.Advice}\n");
        }

        page.Append(Watching);
        page.Append("\n## What operators take down\n\n`POST /api/v1/connections/{id}/changes` with one of ")
            .Append(string.Join(", ", Enum.GetNames<OperationalChange>().Select(n => $"`{n}`")))
            .Append(": the first thing to look at when something breaks soon after.\n");
        return page.ToString();
    }

    private const string Credentials =
        "`VaultCertificate` names a certificate in a key vault. The product reads vaults as the identity of the machine, pod or app service, or as\n"
        + "section `KeyVault` says (`ClientId` of a user-assigned identity; with `TenantId` and `ClientSecret`, an application), and needs `get` for\n"
        + "certificates and secrets there. The newest version is used within `KeyVault:RefreshInterval` (5 minutes) of a rotation, without a restart; a\n"
        + "vault out of reach stops nothing while the last certificate is at hand, and is not waited for again for half a minute. A certificate that\n"
        + "Entra does not know has the vault read at once, and so has the verification of its case. Whenever another certificate is used than before,\n"
        + "from a file or a vault, the history says so, with both thumbprints. `ManagedIdentity` (model `ApplicationFederated`) needs a federated\n"
        + "credential of the registration that trusts the identity. Model `Webhook` has a `WebhookAddress` and no identity; the address is kept\n"
        + "encrypted, and no page, answer or log shows it.\n\n";

    private const string SigningIn =
        "## How a person signs in\n\n"
        + "`SignIn` of a connection with a user says how, and what kind of client its application is; the two are never mixed.\n\n"
        + "- `AuthorizationCode` (the default), for an application with a credential: `POST /api/v1/connections/{id}/sign-in`, or the console's button,\n"
        + "  sends the browser to Microsoft's page and back to `Entra:PublicAddress`. PKCE, a state that works once.\n"
        + "- `DeviceCode`, for an application without credential whose registration allows public client flows: where Microsoft cannot send a browser back\n"
        + "  to this product, such as on a machine without a public address. `POST /api/v1/connections/{id}/device-sign-in`, or the console's button, gives\n"
        + "  a code, the address to type it at, and when it ends; the person does so on any machine. A workflow waits in durable timers, at the pace that\n"
        + "  the authority asks for, so a restart loses nothing. `GET` of the same address says how it stands: `Waiting`, `Connected`, `WrongAccount`,\n"
        + "  `Refused` with its diagnosis, or `Expired`. There is one at a time: who begins a second one gets the first one's code. The code is kept\n"
        + "  encrypted while it is good, and is in no history, log or mail. Conditional Access may block device codes: it says so at once.\n\n"
        + "Either way the account must be the connection's, else nothing of the sign-in is kept; an open case is resolved, and verified by a call.\n\n";

    private const string Watching =
        "\nA connection whose token may read registrations (`Application.Read.All`, or `Application.ReadWrite.OwnedBy`) has the end of its secret\n"
        + "out of the registration, asked at every round of the watch. Calendar programs cannot sign in: an administrator makes a key by\n"
        + "`POST /api/v1/connections/calendar-keys`, whose answer holds the feed's path once, and takes it back by `DELETE` of its id.\n\n"
        + "## Who is told, and when\n\n"
        + "A case that nobody resolves reminds the operators after `Cases:ReminderInterval` (4 hours), then after twice as long each time, at most a\n"
        + "day; after `Cases:EscalateAfter` (1 day) it is escalated once, to `Cases:EscalationRecipients`. Zero turns either off. A case keeps the\n"
        + "settings that it was opened with.\n\n"
        + "There is one open case per connection, action and class of failure; whatever a sign-in cures is one case. A secret that ended (AADSTS7000222),\n"
        + "is wrong (AADSTS7000215), or a certificate that is not known (AADSTS700027) stops all connections of the same tenant, application and\n"
        + "credential behind one case, which names them and closes when each has been proved to work.\n\n"
        + "`GET /api/v1/connections/{id}/history` shows each change of state with its cause under `health`.\n\n"
        + "Connections are tried before somebody needs them: every `Canary:Interval` (zero, the default: never), and `Canary:Lead` (30 minutes) before\n"
        + "each of `Canary:Windows` (times of the day, UTC). One that does not work gets its case at once, and every try uses the stored sign-in, which\n"
        + "ends when nobody does. One whose owner was changed, or whose workflow was cloned, is tried at once, past the token cache.\n\n"
        + "Once a day, at 06:00 UTC, the operators are told by mail what ends within 30, 14, 7 and 1 days and needs a person: once for each connection,\n"
        + "kind and threshold (`Canary:TellEnds`, true). The gauge `teamsworkflows.credential.days_left` has the days, and the console's page lists them.\n\n"
        + "## Consent\n\n"
        + "`GET /api/v1/connections/{id}/consent` has the address at which an administrator of the tenant grants the permissions: the connection's scopes,\n"
        + "or `.default` for an application. Microsoft sends them back to this product, whose page shows what was granted and has a form to take it down;\n"
        + "the address must be registered as a redirect of the application. `POST` of the same address takes it down without that; `reviewAt` puts a\n"
        + "review among the dates that need a person.\n";

    private static DateTimeOffset Day(int day) => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(day);

    private static string Type(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        { IsEnum: true } t => string.Join(", ", Enum.GetNames(t)),
        { Name: nameof(DateTimeOffset) } => "time (UTC)",
        { Name: nameof(String) } => "text",
        _ => "list of text",
    };

    private static ConnectionDefinition Worst() => new()
    {
        Id = "Not valid",
        DisplayName = "Worst",
        AuthModel = AuthModel.ApplicationSecret,
        TenantId = "common",
        ClientId = "teams",
        ClientSecret = "7ea35000-0000-4000-8000-000000000001",
        CertificateFile = "app.pem",
        Username = "somebody@contoso.example",
        Owner = "Finance platform team",
        Scopes = ["User.Read Mail.Send"],
    };
}
