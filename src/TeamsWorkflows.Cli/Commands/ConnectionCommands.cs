using System.CommandLine;
using System.Text.Json;
using TeamsWorkflows.Cli.Api;

namespace TeamsWorkflows.Cli.Commands;

/// <summary><c>teamsworkflows connection</c>: the ways into Microsoft 365.</summary>
internal static class ConnectionCommands
{
    public static Command Create(ApiCommands commands) => commands.Group(
        "connection", "The ways into Microsoft 365: how they are, and how a person connects them.",
        Add(commands), List(commands), Show(commands), Reconnect(commands), Probe(commands), Calendar(commands));

    private static Command Add(ApiCommands commands)
    {
        var file = new Option<string>("--file") { Description = "Its definition in JSON, as POST /api/v1/connections takes it ('-' for standard input): a secret is in no list of processes then.", HelpName = "FILE", Required = true };
        return commands.Create("add", "Adds a connection, or changes one that was added so. For administrators.", [file], async (call, cancellationToken) =>
        {
            var name = call.Parsed.GetRequiredValue(file);
            var definition = name == "-" ? await call.Shell.Input.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(name, cancellationToken);
            call.Show(await (await call.ApiAsync(cancellationToken)).PostAsync("connections", definition, [], cancellationToken), json => Print(commands.Shell, json));
            return ExitCodes.Done;
        });
    }

    private static Command List(ApiCommands commands) => commands.Show(
        "list", "Lists connections.", [], static _ => "connections", static (shell, json) => Listing.Table(
            shell, json.Items("connections"), "There are none.",
            ("Connection", "id"), ("Name", "displayName"), ("State", "state"), ("Since", "stateSince"), ("Model", "authModel"), ("Environment", "environment"), ("Account", "username"), ("Owner", "owner")));

    private static Command Show(ApiCommands commands)
    {
        var id = CommonSymbols.Id("connection");
        return commands.Show("show", "Shows a connection.", [id], parsed => $"connections/{CommonSymbols.Part(parsed.GetRequiredValue(id))}", Print);
    }

    private static Command Reconnect(ApiCommands commands)
    {
        var id = CommonSymbols.Id("connection");
        var timeout = CommonSymbols.Timeout();
        return commands.Create(
            "reconnect",
            "Signs the connection's account in: shows the address to open, or the code to type, and waits until it is connected.",
            [id, timeout],
            async (call, cancellationToken) =>
            {
                var api = await call.ApiAsync(cancellationToken);
                var path = $"connections/{CommonSymbols.Part(call.Parsed.GetRequiredValue(id))}";
                var before = await api.GetAsync(path, cancellationToken);
                var isByCode = before.At("links.signIn").EndsWith("/device-sign-in", StringComparison.Ordinal);
                var begun = await api.PostAsync($"{path}/{(isByCode ? "device-sign-in" : "sign-in")}", new { }, cancellationToken);
                await call.Shell.Error.WriteLineAsync(isByCode
                    ? $"Open {begun.At("verificationUrl")}, type {begun.At("userCode")}, and sign in as {begun.At("signInAs")}."
                    : $"Open this address in a browser and sign in as {before.At("username")}:\n{begun.At("signInUrl")}");
                if (isByCode)
                {
                    var ended = await call.WaitAsync(
                        "Waiting for the sign-in …", call.Parsed.GetValue(timeout), enough => api.GetAsync($"{path}/device-sign-in", enough), static s => s.At("state") != "Waiting", cancellationToken);
                    call.Show(ended, json => Listing.Facts(commands.Shell, ("State", json.At("state")), ("Account", json.At("account")), ("Why", json.At("diagnosis.summary"))));
                    return ended.At("state") == "Connected" ? ExitCodes.Done : ExitCodes.Failed;
                }

                var connected = await call.WaitAsync(
                    "Waiting for the sign-in …",
                    call.Parsed.GetValue(timeout),
                    enough => api.GetAsync(path, enough),
                    now => now.At("state") == "Healthy" && now.At("generation") != before.At("generation"),
                    cancellationToken);
                call.Show(connected, json => Print(commands.Shell, json));
                return ExitCodes.Done;
            });
    }

    private static Command Probe(ApiCommands commands)
    {
        var id = CommonSymbols.Id("connection");
        return commands.Create("probe", "Tries a connection now: a token, and a call with it. It posts nothing, and opens no case.", [id], async (call, cancellationToken) =>
        {
            var tried = await (await call.ApiAsync(cancellationToken)).PostAsync(
                $"connections/{CommonSymbols.Part(call.Parsed.GetRequiredValue(id))}/probe", new { }, cancellationToken);
            call.Show(tried, json => Listing.Facts(
                commands.Shell, ("Connection", json.At("connection")), ("Works", json.At("works")), ("Why not", json.At("diagnosis.summary")), ("Do", json.At("diagnosis.action")), ("Runbook", json.At("diagnosis.runbook"))));
            return tried.At("works") == "yes" ? ExitCodes.Done : ExitCodes.Failed;
        });
    }

    private static Command Calendar(ApiCommands commands)
    {
        var ics = new Option<bool>("--ics") { Description = "Print the dates that need a person as an iCalendar file." };
        return commands.Create("calendar", "Lists what ends when: secrets, certificates, sign-ins; the soonest first.", [ics], async (call, cancellationToken) =>
        {
            var api = await call.ApiAsync(cancellationToken);
            if (call.Parsed.GetValue(ics))
            {
                await call.Shell.Output.WriteAsync(await api.GetTextAsync("connections/expiries.ics", cancellationToken));
                return ExitCodes.Done;
            }

            call.Show(await api.GetAsync("connections/expiries", cancellationToken), json => Listing.Table(
                commands.Shell, json.Items("expiries"), "Nothing ends that is known of.",
                ("When", "at"), ("Connection", "connectionId"), ("What", "kind"), ("Needs a person", "needsPerson"), ("Because", "because"), ("Do", "advice")));
            return ExitCodes.Done;
        });
    }

    private static void Print(Shell shell, JsonElement connection) => Listing.Facts(
        shell,
        ("Connection", connection.At("id")),
        ("Name", connection.At("displayName")),
        ("State", connection.At("state")),
        ("Since", connection.At("stateSince")),
        ("Last success", connection.At("lastSuccessAt")),
        ("Why", connection.At("diagnosis.summary")),
        ("Model", connection.At("authModel")),
        ("Environment", connection.At("environment")),
        ("Tenant", connection.At("tenantId")),
        ("Application", connection.At("clientId")),
        ("Account", connection.At("username")),
        ("Scopes", connection.At("scopes")),
        ("Owner", connection.At("owner")),
        ("Warnings", connection.At("warnings")),
        ("Open case", connection.At("links.openCase")));
}
