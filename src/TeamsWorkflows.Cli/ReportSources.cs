using System.CommandLine;
using System.Text.Json;
using TeamsWorkflows.Cli.Api;
using TeamsWorkflows.Cli.Profiles;
using TeamsWorkflows.Doctor;

namespace TeamsWorkflows.Cli;

/// <summary>Where the doctor's reports come from: servers, each with a sign-in of its own, or files.</summary>
/// <param name="tokens">As given on the command line: one for each server, in their order.</param>
internal sealed class ReportSources(Shell shell, ProfileStore profiles, ParseResult parsed, IReadOnlyList<string> tokens)
{
    /// <exception cref="CommandException">There are more tokens than servers, or not one for each.</exception>
    public IEnumerable<Func<CancellationToken, Task<DoctorReport>>> Of(IReadOnlyList<string> environments)
    {
        var targets = environments.Select(Target).ToArray();
        var servers = targets.Count(static t => t is not null);
        if (tokens.Count > 0 && tokens.Count != servers)
        {
            throw new CommandException(
                ExitCodes.Usage, $"--token: give it once for each server, in their order; there are {servers}. A server never gets another one's token.");
        }

        var next = 0;
        return [.. environments.Zip(targets, (name, target) => target is null ? FromFile(name) : FromServer(name, target, tokens.ElementAtOrDefault(next++), servers == 1))];
    }

    // Null: it is a file.
    private Profile? Target(string environment)
        => ApiCommands.Server(environment) is { } server ? profiles.ByServer(server) ?? new Profile("", server)
            : File.Exists(environment) ? null : profiles.Read().Profiles.SingleOrDefault(p => p.Name == environment);

    private Func<CancellationToken, Task<DoctorReport>> FromServer(string name, Profile target, string? token, bool isAlone) => async cancellationToken =>
    {
        using var call = new ApiCall(shell, profiles, parsed, asJson: true, target, token) { TakesVariable = isAlone };
        try
        {
            return DoctorReport.FromJson(await (await call.ApiAsync(cancellationToken)).GetTextAsync("doctor", cancellationToken));
        }
        catch (CommandException e)
        {
            throw new CommandException(ExitCodes.NoInput, $"{name}: {e.Message}", e) { Problem = e.Problem };
        }
        catch (JsonException e)
        {
            throw new CommandException(ExitCodes.NoInput, $"{name}: {target.Server} answers, but not as TeamsWorkflows does: {e.Message}", e);
        }
    };

    private static Func<CancellationToken, Task<DoctorReport>> FromFile(string file) => async cancellationToken =>
    {
        try
        {
            return DoctorReport.FromJson(await File.ReadAllTextAsync(file, cancellationToken));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandException(ExitCodes.NoInput, $"{file}: {e.Message}", e);
        }
    };
}
