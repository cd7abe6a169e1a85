using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Cli.Api;

namespace TeamsWorkflows.Cli.Commands;

/// <summary><c>teamsworkflows audit</c>: the audit log read, taken away, and verified on this machine.</summary>
internal static class AuditCommands
{
    public static Command Create(ApiCommands commands)
        => commands.Group("audit", "Who did what; for administrators.", List(commands), Export(commands), Verify(commands));

    private static Command List(ApiCommands commands)
    {
        var actor = new Option<string?>("--actor") { Description = "Only what this person or program did.", HelpName = "NAME" };
        var action = new Option<string?>("--action") { Description = "Only this action, such as case.resolve; case: all of that group.", HelpName = "ACTION" };
        var target = new Option<string?>("--target") { Description = "Only what was done to this.", HelpName = "ID" };
        var from = new Option<string?>("--from") { Description = "Only since then, such as 2026-11-01 or 2026-11-01T08:00:00Z.", HelpName = "TIME" };
        var to = new Option<string?>("--to") { Description = "Only before then.", HelpName = "TIME" };
        var before = new Option<long?>("--before") { Description = "Only entries before this one: the next page.", HelpName = "NUMBER" };
        var limit = CommonSymbols.Limit("At most so many, 1 to 500; 50 without it.");
        return commands.Show(
            "list",
            "Lists entries, newest first.",
            [actor, action, target, from, to, before, limit],
            parsed => "audit?" + ReportCommands.Query(
                ("actor", parsed.GetValue(actor)),
                ("action", parsed.GetValue(action)),
                ("target", parsed.GetValue(target)),
                ("from", parsed.GetValue(from)),
                ("to", parsed.GetValue(to)),
                ("before", parsed.GetValue(before)?.ToString(CultureInfo.InvariantCulture)),
                ("limit", CommonSymbols.Text(parsed.GetValue(limit)))),
            static (shell, json) =>
            {
                Listing.Table(
                    shell, json.Items("entries"), "There are none.",
                    ("#", "sequence"), ("At", "at"), ("Who", "actor"), ("As", "role"), ("Action", "action"), ("Target", "target"), ("Outcome", "outcome"), ("Why", "reason"));
                Listing.More(shell, json, "before");
            });
    }

    private static Command Export(ApiCommands commands)
    {
        var output = new Option<string?>("--output") { Description = "The file to write; without it, standard output.", HelpName = "FILE" };
        var after = new Option<long>("--after") { Description = "Only entries behind this one.", HelpName = "NUMBER" };
        return commands.Create("export", "Takes the log away as JSON Lines, oldest first; the last line names its head.", [output, after], async (call, cancellationToken) =>
        {
            var api = await call.ApiAsync(cancellationToken);
            var path = $"audit/export?after={call.Parsed.GetValue(after).ToString(CultureInfo.InvariantCulture)}";
            await using var log = await api.GetStreamAsync(path, cancellationToken);
            if (call.Parsed.GetValue(output) is { } name)
            {
                var part = name + ".part"; // what was broken off is not taken for the whole
                await using (var file = File.Create(part))
                {
                    await log.CopyToAsync(file, cancellationToken);
                }

                File.Move(part, name, overwrite: true);
                return ExitCodes.Done;
            }

            using var reader = new StreamReader(log);
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                await call.Shell.Output.WriteLineAsync(line);
            }

            return ExitCodes.Done;
        });
    }

    private static Command Verify(ApiCommands commands)
    {
        var file = new Argument<string?>("file") { Description = "What 'export' wrote; without it, the server's log as it is now.", Arity = ArgumentArity.ZeroOrOne };
        var heads = new Option<AuditHead[]>("--head")
        {
            Description = "An entry that was there when somebody wrote it down, as NUMBER:HASH; may be given again.",
            HelpName = "HEAD",
            CustomParser = ReadHeads,
        };
        return commands.CreateFor("verify", "Verifies the chain of the log's entries here; a server is not asked what it thinks of its own log.", [file, heads], async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(file) is { } name)
            {
                await using var log = File.OpenRead(name);
                return await VerifyAsync(log, isWhole: false, cancellationToken);
            }

            return await commands.RunAsync(
                parsed,
                async (call, enough) =>
                {
                    await using var log = await (await call.ApiAsync(enough)).GetStreamAsync("audit/export", enough);
                    return await VerifyAsync(log, isWhole: true, enough);
                },
                cancellationToken);

            async Task<int> VerifyAsync(Stream log, bool isWhole, CancellationToken enough)
            {
                var verdict = await AuditExport.VerifyAsync(log, parsed.GetValue(heads) ?? [], isWhole, enough);
                if (commands.IsForProgram(parsed))
                {
                    await commands.Shell.Output.WriteLineAsync(JsonText.Indented(JsonText.Of(verdict)));
                }
                else
                {
                    Print(commands.Shell, verdict);
                }

                return verdict.IsIntact ? ExitCodes.Done : ExitCodes.Failed;
            }
        });
    }

    private static void Print(Shell shell, AuditVerdict verdict)
    {
        Listing.Facts(
            shell,
            ("Intact", verdict.IsIntact ? "yes" : "no"),
            ("Entries", Sound(verdict)),
            ("Head", Written(verdict.Head)),
            ("Found", verdict.Break?.Why));
        if (verdict.IsIntact)
        {
            shell.Output.WriteLine($"Keep the head where this server cannot write: later, --head {Written(verdict.Head)} shows that nothing was cut off or written anew.");
        }
    }

    // A file may begin with any entry: what is before it is not shown by this.
    private static string Sound(AuditVerdict verdict) => verdict.Entries == 0
        ? "none sound"
        : string.Create(CultureInfo.InvariantCulture, $"{verdict.Entries} sound, from {verdict.Head.Sequence - verdict.Entries + 1} to {verdict.Head.Sequence}");

    private static string Written(AuditHead head) => string.Create(CultureInfo.InvariantCulture, $"{head.Sequence}:{head.Hash}");

    private static AuditHead[] ReadHeads(ArgumentResult result)
    {
        List<AuditHead> heads = [];
        foreach (var token in result.Tokens)
        {
            if (token.Value.Split(':') is [var number, { Length: 64 } hash]
                && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
                && hash.All(char.IsAsciiHexDigit))
            {
                heads.Add(new(sequence, hash.ToLowerInvariant()));
            }
            else
            {
                result.AddError($"--head: '{token.Value}' is no head such as 12:, and 64 hexadecimal digits behind it.");
            }
        }

        return [.. heads];
    }
}
