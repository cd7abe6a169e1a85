using System.CommandLine;
using System.Text.Json;
using TeamsWorkflows.Cli.Api;
using TeamsWorkflows.Cli.Profiles;

namespace TeamsWorkflows.Cli.Commands;

/// <summary><c>teamsworkflows sandbox</c>: lets things go wrong in the simulated Microsoft 365, and right again.</summary>
internal static class SandboxCommands
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly Option<string> Address = new("--sandbox")
    {
        Description = "The sandbox's plain address; the default is http://127.0.0.1:5082/.",
        HelpName = "URL",
        Recursive = true,
        DefaultValueFactory = static _ => "http://127.0.0.1:5082/",
    };

    private static readonly Option<string> Tenant = new("--tenant")
    {
        Description = "The tenant; the default is the sandbox's own.",
        HelpName = "ID",
        Recursive = true,
        DefaultValueFactory = static _ => "default",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print what the sandbox answers, as JSON.", Recursive = true };

    public static Command Create(Shell shell)
    {
        var fault = new Command("fault", "What goes wrong in the sandbox.") { Scenarios(shell), List(shell), Apply(shell), Clear(shell) };
        return new Command("sandbox", "The simulated Microsoft 365 of a server in Development.") { Address, Tenant, Json, fault };
    }

    private static Command Scenarios(Shell shell)
    {
        var command = new Command("scenarios", "Lists what can go wrong.");
        command.SetAction((parsed, cancellationToken) => CallAsync(
            shell, parsed, static (api, stop) => api.GetAsync("scenarios", stop),
            json => Listing.Table(shell, json.EnumerateArray(), "There are none.", ("Scenario", "name"), ("Where", "group"), ("What happens", "description")), cancellationToken));
        return command;
    }

    private static Command List(Shell shell)
    {
        var command = new Command("list", "Lists what goes wrong now.");
        command.SetAction((parsed, cancellationToken) => CallAsync(
            shell, parsed, (api, stop) => api.GetAsync(Faults(parsed), stop), json => Active(shell, json), cancellationToken));
        return command;
    }

    private static Command Apply(Shell shell)
    {
        var name = new Argument<string>("scenario") { Description = "Its name; 'scenarios' lists them." };
        var count = new Option<int?>("--count") { Description = "How many times; the scenario's own number when left out." };
        var seconds = new Option<double?>("--seconds") { Description = "For how long." };
        var delay = new Option<double?>("--delay") { Description = "The scenario's own number: a delay, a lag, a Retry-After, in seconds." };
        var user = new Option<string?>("--user") { Description = "Only for this account." };
        var app = new Option<string?>("--app") { Description = "Only for this application: connector, daemon, api, publisher, or a client id." };
        var channel = new Option<string?>("--channel") { Description = "Only for this channel." };
        var surface = new Option<string?>("--surface") { Description = "Where, in place of the scenario's own place." };
        var command = new Command("apply", "Lets a scenario begin.") { name, count, seconds, delay, user, app, channel, surface };
        command.SetAction((parsed, cancellationToken) => CallAsync(
            shell,
            parsed,
            (api, stop) => api.PostAsync(
                $"tenants/{CommonSymbols.Part(parsed.GetValue(Tenant)!)}/scenarios/{CommonSymbols.Part(parsed.GetRequiredValue(name))}",
                Given(
                    ("count", parsed.GetValue(count)), ("seconds", parsed.GetValue(seconds)), ("delay", parsed.GetValue(delay)), ("user", parsed.GetValue(user)),
                    ("app", parsed.GetValue(app)), ("channel", parsed.GetValue(channel)), ("surface", parsed.GetValue(surface))),
                stop),
            json => Active(shell, json),
            cancellationToken));
        return command;
    }

    private static Command Clear(Shell shell)
    {
        var id = new Argument<string?>("id") { Description = "One fault; all when left out.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("clear", "Ends faults: back to healthy.") { id };
        command.SetAction((parsed, cancellationToken) => CallAsync(
            shell,
            parsed,
            (api, stop) => api.DeleteAsync(parsed.GetValue(id) is { } one ? $"{Faults(parsed)}/{CommonSymbols.Part(one)}" : Faults(parsed), stop),
            _ => shell.Output.WriteLine("Cleared."),
            cancellationToken));
        return command;
    }

    private static Dictionary<string, object> Given(params IReadOnlyList<(string Name, object? Value)> all)
        => all.Where(static p => p.Value is not null).ToDictionary(static p => p.Name, static p => p.Value!, StringComparer.Ordinal);

    private static string Faults(ParseResult parsed) => $"tenants/{CommonSymbols.Part(parsed.GetValue(Tenant)!)}/faults";

    private static void Active(Shell shell, JsonElement json) => Listing.Table(
        shell, json.EnumerateArray(), "Nothing goes wrong by a rule. (A condition that was set, such as a revoked sign-in, ends by its cure.)",
        ("Fault", "id"), ("Scenario", "name"), ("Surface", "surface"), ("Left", "count"), ("Until", "until"), ("Status", "status"));

    private static Task<int> CallAsync(
        Shell shell, ParseResult parsed, Func<ApiClient, CancellationToken, Task<JsonElement>> call, Action<JsonElement> people, CancellationToken cancellationToken)
        => Ends.CatchAsync(shell, parsed.GetValue(Json), async () =>
        {
            var address = ApiCommands.Server(parsed.GetValue(Address)!) ?? throw new CommandException(ExitCodes.Usage, "--sandbox: give an address such as http://127.0.0.1:5082/.");
            using var outbound = new Profile("", address).Transport();
            using var http = outbound.CreateClient(Patience);
            http.BaseAddress = address;
            var json = await call(new ApiClient(http, shell.Time, "sandbox/") { Hint = "A sandbox runs beside a server in Development only." }, cancellationToken);
            if (!parsed.GetValue(Json))
            {
                people(json);
            }
            else if (json.ValueKind != JsonValueKind.Undefined)
            {
                await shell.Output.WriteLineAsync(JsonText.Indented(json));
            }

            return ExitCodes.Done;
        });
}
