using TeamsWorkflows.Connections;
using TeamsWorkflows.Doctor;

namespace TeamsWorkflows.Cli;

/// <summary>The doctor's findings for people: the bad ones first.</summary>
internal static class DoctorPrint
{
    public static void Report(TextWriter output, DoctorReport report)
    {
        var inventory = report.Inventory;
        output.WriteLine($"Examined {report.MadeAt.UtcDateTime:u}");
        output.WriteLine($"  authority  {inventory.AuthorityHost}");
        output.WriteLine($"  graph      {inventory.GraphAddress}");
        output.WriteLine($"  redirect   {inventory.RedirectUri}");
        foreach (var c in inventory.Connections)
        {
            output.WriteLine($"  {c.Id}: {c.Environment}, {c.AuthModel}, tenant {c.TenantId}, application {c.ClientId}, {c.Username ?? "no user"}, {c.Credential}");
        }

        output.WriteLine();
        foreach (var f in report.Findings.OrderByDescending(static f => f.Result))
        {
            output.WriteLine($"{Word(f.Result),-5} {f.Check} {f.Subject}: {f.Detail}");
            if (f.Fix is not null)
            {
                output.WriteLine($"      -> {f.Fix}");
            }
        }

        output.WriteLine();
        output.WriteLine(report.IsUsable ? "Usable." : "Not usable: see the lines that begin with BAD.");
    }

    public static void Differences(TextWriter output, IReadOnlyList<Difference> differences)
    {
        foreach (var d in differences.OrderBy(static d => d.IsExpected))
        {
            output.WriteLine($"{(d.IsExpected ? "ok  " : "DIFF")}  {d.What}: {d.Left} | {d.Right}");
            output.WriteLine($"      {d.Meaning}");
        }

        output.WriteLine(differences.All(static d => d.IsExpected) ? "No difference that should not be." : "They differ in what they should not.");
    }

    private static string Word(CheckResult result) => result switch
    {
        CheckResult.Bad => "BAD",
        CheckResult.Warning => "warn",
        _ => "ok",
    };
}
