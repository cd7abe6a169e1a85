using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using Spectre.Console;
using TeamsWorkflows.Cli.Profiles;
using TeamsWorkflows.Http;
using Profile = TeamsWorkflows.Cli.Profiles.Profile;

namespace TeamsWorkflows.Cli.Api;

/// <summary>One command that talks to one server.</summary>
/// <param name="asJson">Whether a program reads what is printed.</param>
/// <param name="token">As given on the command line; null: from the environment, or from the profile's sign-in.</param>
internal sealed class ApiCall(Shell shell, ProfileStore profiles, ParseResult parsed, bool asJson, Profile profile, string? token) : IDisposable
{
    public const string TokenVariable = "TEAMSWORKFLOWS_TOKEN";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly OutboundHttp _outbound = profile.Transport();
    private HttpClient? _http;

    public Shell Shell => shell;

    public ParseResult Parsed => parsed;

    public Profile Profile => profile;

    public bool AsJson => asJson;

    public OutboundHttp Outbound => _outbound;

    /// <summary>Gets a value indicating whether the variable's token counts: it is for one server, and no other may see it.</summary>
    public bool TakesVariable { get; init; } = true;

    /// <summary>Gets the sign-in of the profile.</summary>
    public SignIn SignIn => new(profile, profiles, _outbound, shell.Time);

    /// <exception cref="CommandException">Nobody is signed in.</exception>
    public async Task<ApiClient> ApiAsync(CancellationToken cancellationToken)
    {
        if (_http is null)
        {
            var bearer = await TokenAsync(cancellationToken);
            _http = _outbound.CreateClient(Patience);
            _http.BaseAddress = profile.Server;
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
            _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("teamsworkflows-cli", typeof(ApiCall).Assembly.GetName().Version?.ToString(3)));
        }

        return new ApiClient(_http, shell.Time);
    }

    /// <exception cref="CommandException">There is none.</exception>
    public async Task<string> TokenAsync(CancellationToken cancellationToken)
        => token is { Length: > 0 } given ? given
            : TakesVariable && Environment.GetEnvironmentVariable(TokenVariable) is { Length: > 0 } variable ? variable.Trim()
            : await SignIn.SilentAsync(cancellationToken) ?? throw new CommandException(
                ExitCodes.NotAllowed,
                $"Nobody is signed in to {profile.Server}. Run '{CommandLine.Name} login --server {profile.Server}', or {(TakesVariable ? $"set {TokenVariable}" : "give --token for each")}.");

    /// <summary>Prints an answer: for a program as it is, for a person as <paramref name="people"/> says.</summary>
    public void Show(JsonElement json, Action<JsonElement> people)
    {
        if (!asJson)
        {
            people(json);
        }
        else if (json.ValueKind != JsonValueKind.Undefined)
        {
            shell.Output.WriteLine(JsonText.Indented(json));
        }
    }

    /// <summary>Asks until it is so, at growing intervals; people see that something goes on.</summary>
    /// <param name="timeout">Null: for as long as it takes.</param>
    /// <exception cref="CommandException">The time ran out.</exception>
    public async Task<JsonElement> WaitAsync(
        string what, TimeSpan? timeout, Func<CancellationToken, Task<JsonElement>> ask, Func<JsonElement, bool> isDone, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan, shell.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return asJson || !shell.Progress.Profile.Capabilities.Interactive
                ? await AskAsync(either.Token)
                : await shell.Progress.Status().StartAsync(Markup.Escape(what), _ => AskAsync(either.Token));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new CommandException(ExitCodes.TimedOut, $"{what} It is not over after {timeout}; it goes on without you.");
        }

        async Task<JsonElement> AskAsync(CancellationToken enough)
        {
            for (var pause = FirstPause; ; pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause)
            {
                if (await ask(enough) is var json && isDone(json))
                {
                    return json;
                }

                await Task.Delay(pause, shell.Time, enough);
            }
        }
    }

    public void Dispose()
    {
        _http?.Dispose();
        _outbound.Dispose();
    }
}
