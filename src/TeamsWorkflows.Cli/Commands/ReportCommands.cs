using System.CommandLine;
using System.Text.Json;
using TeamsWorkflows.Cli.Api;
using TeamsWorkflows.Deliveries;

namespace TeamsWorkflows.Cli.Commands;

/// <summary><c>teamsworkflows report</c>: hand reports over, follow them, end them, send them again.</summary>
internal static class ReportCommands
{
    public static Command Create(ApiCommands commands) => commands.Group(
        "report", "Hands reports over and follows them.", Post(commands), Preview(commands), List(commands), Status(commands), Cancel(commands), Resend(commands));

    private static Command Post(ApiCommands commands)
    {
        var input = new ReportInput();
        var key = new Option<string?>("--key") { Description = "The idempotency key: repeating the command with the same one posts nothing twice. Made up, and shown, when left out.", HelpName = "KEY" };
        var (wait, timeout) = (CommonSymbols.Wait(), CommonSymbols.Timeout());
        return commands.Create("post", "Hands a report over. With --wait, waits until every delivery has ended.", [.. input.Options, key, wait, timeout], async (call, cancellationToken) =>
        {
            var body = await input.ReadAsync(call.Parsed, call.Shell.Input, cancellationToken);
            var used = call.Parsed.GetValue(key) ?? Guid.CreateVersion7(call.Shell.Time.GetUtcNow()).ToString();
            var api = await call.ApiAsync(cancellationToken);
            if (call.Parsed.GetValue(key) is null)
            {
                await call.Shell.Error.WriteLineAsync($"Key {used}: give it with --key if you have to repeat this.");
            }

            var report = await api.PostAsync("reports", body, [("Idempotency-Key", used)], cancellationToken);
            return await FinishAsync(call, api, report, call.Parsed.GetValue(wait), call.Parsed.GetValue(timeout), cancellationToken);
        });
    }

    private static Command Preview(ApiCommands commands)
    {
        var input = new ReportInput();
        return commands.Create("preview", "Shows exactly what each destination would get. Nothing is kept and nothing is sent.", input.Options, async (call, cancellationToken) =>
        {
            var body = await input.ReadAsync(call.Parsed, call.Shell.Input, cancellationToken);
            call.Show(await (await call.ApiAsync(cancellationToken)).PostAsync("reports/preview", body, [], cancellationToken), json =>
            {
                foreach (var destination in json.Items("destinations"))
                {
                    Listing.Facts(
                        commands.Shell,
                        ("Destination", destination.At("kind")),
                        ("Content type", destination.At("contentType")),
                        ("Size", $"{destination.At("sizeBytes")} of {destination.At("maxBytes")} bytes"),
                        ("Files", destination.At("files")),
                        ("Notes", destination.At("notes")));
                    commands.Shell.Output.WriteLine(Listing.Plain(destination.GetProperty("payload").GetString()!));
                    commands.Shell.Output.WriteLine();
                }
            });
            return ExitCodes.Done;
        });
    }

    private static Command List(ApiCommands commands)
    {
        var state = new Option<string?>("--state") { Description = "Only deliveries in this state." };
        state.AcceptOnlyFromAmong(Enum.GetNames<DeliveryState>());
        var connection = new Option<string?>("--connection") { Description = "Only of this connection." };
        var limit = CommonSymbols.Limit("How many at most, 1 to 200; 50 when left out.");
        var before = new Option<string?>("--before") { Description = "Only those that are older than this one: the list before says which.", HelpName = "ID" };
        return commands.Show(
            "list",
            "Lists deliveries, newest first. Publishers see their own.",
            [state, connection, limit, before],
            parsed => "deliveries?" + Query(
                ("state", parsed.GetValue(state)), ("connection", parsed.GetValue(connection)), ("limit", CommonSymbols.Text(parsed.GetValue(limit))), ("before", parsed.GetValue(before))),
            static (shell, json) =>
            {
                Listing.Table(
                    shell, json.Items("deliveries"), "There are none.",
                    ("Delivery", "id"), ("Title", "title"), ("Kind", "kind"), ("Connection", "connection"), ("State", "state"), ("Accepted", "createdAt"), ("Why", "reason"));
                Listing.More(shell, json, "before");
            });
    }

    private static Command Status(ApiCommands commands)
    {
        var id = CommonSymbols.Id("report");
        var (wait, timeout) = (CommonSymbols.Wait(), CommonSymbols.Timeout());
        return commands.Create("status", "Shows a report, its deliveries and their attempts.", [id, wait, timeout], async (call, cancellationToken) =>
        {
            var api = await call.ApiAsync(cancellationToken);
            var report = await api.GetAsync($"reports/{CommonSymbols.Part(call.Parsed.GetRequiredValue(id))}", cancellationToken);
            return await FinishAsync(call, api, report, call.Parsed.GetValue(wait), call.Parsed.GetValue(timeout), cancellationToken);
        });
    }

    private static Command Cancel(ApiCommands commands)
    {
        var (id, reason) = (CommonSymbols.Id("report"), CommonSymbols.Reason());
        return commands.Create("cancel", "Cancels all deliveries of a report that have not ended.", [id, reason], async (call, cancellationToken) =>
        {
            call.Show(
                await (await call.ApiAsync(cancellationToken)).PostAsync(
                    $"reports/{CommonSymbols.Part(call.Parsed.GetRequiredValue(id))}/cancel", new { reason = call.Parsed.GetValue(reason) }, cancellationToken),
                json => Listing.Table(
                    commands.Shell, json.GetProperty("deliveries").EnumerateObject().Select(static d => JsonText.Of(new { id = d.Name, result = d.Value })), "It has none.",
                    ("Delivery", "id"), ("Result", "result")));
            return ExitCodes.Done;
        });
    }

    private static Command Resend(ApiCommands commands)
    {
        var (id, reason) = (CommonSymbols.Id("delivery"), CommonSymbols.Reason());
        return commands.Create("resend", "Sends a delivery once more, under a new key: it may be a second message.", [id, reason], async (call, cancellationToken) =>
        {
            call.Show(
                await (await call.ApiAsync(cancellationToken)).PostAsync(
                    $"deliveries/{CommonSymbols.Part(call.Parsed.GetRequiredValue(id))}/resend", new { reason = call.Parsed.GetValue(reason) }, cancellationToken),
                json => Listing.Facts(commands.Shell, ("Delivery", json.At("id")), ("State", json.At("state")), ("Report", json.At("reportId"))));
            return ExitCodes.Done;
        });
    }

    private static async Task<int> FinishAsync(
        ApiCall call, ApiClient api, JsonElement report, bool isWaiting, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var ended = isWaiting
            ? await call.WaitAsync(
                $"'{report.At("title")}' is on its way …",
                timeout,
                enough => api.GetAsync($"reports/{CommonSymbols.Part(report.At("id"))}", enough),
                static r => r.Items("deliveries").All(static d => State(d).IsEnd()),
                cancellationToken)
            : report;
        call.Show(ended, json => Print(call.Shell, json));
        return !isWaiting || ended.Items("deliveries").All(static d => State(d) is DeliveryState.Delivered or DeliveryState.HandedOver) ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static void Print(Shell shell, JsonElement report)
    {
        Listing.Facts(
            shell,
            ("Report", report.At("id")),
            ("Title", report.At("title")),
            ("Accepted", report.At("createdAt")),
            ("Approval", report.At("approval.state")));
        Listing.Table(
            shell, report.Items("deliveries"), "It has no deliveries.",
            ("Delivery", "id"), ("Kind", "kind"), ("Connection", "connection"), ("State", "state"), ("Since", "updatedAt"), ("Why", "reason"), ("Message", "webUrl"));
        var attempts = report.Items("deliveries").SelectMany(static d => d.Items("attempts")).ToArray();
        if (attempts.Length > 0)
        {
            Listing.Table(shell, attempts, "", ("Attempt", "number"), ("Kind", "kind"), ("At", "startedAt"), ("Result", "outcome"), ("Status", "status"), ("Why", "diagnosis.summary"));
        }
    }

    // A state that this release does not know has not ended.
    private static DeliveryState State(JsonElement delivery) => Enum.TryParse<DeliveryState>(delivery.At("state"), out var state) ? state : DeliveryState.Accepted;

    public static string Query(params IEnumerable<(string Name, string? Value)> parts)
        => string.Join('&', parts.Where(static p => !string.IsNullOrEmpty(p.Value)).Select(static p => $"{p.Name}={CommonSymbols.Part(p.Value!)}"));
}
