using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Connections;

/// <summary>Makes many callers who need a connection's token at once ask for it once (R54), and sees that it lasts long enough (R53).</summary>
/// <remarks>
/// Who knows that a good token is there goes by without waiting. The others go one by one: the first renews, the next find
/// what it got, or hear what it was told. By our clock; the token library goes by the machine's.
/// </remarks>
internal sealed class TokenFlights(ConnectionGates gates, IOptions<EntraOptions> options, TimeProvider time)
{
    // MSAL renews what has less than five minutes left: from a little earlier on, one at a time.
    private static readonly TimeSpan Renewing = TimeSpan.FromMinutes(6);

    // After a token was not made longer, unless the authority asks for more: until then all hear what the first was told.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>Asks by <paramref name="ask"/>, alone if the authority may have to be asked.</summary>
    /// <returns>The answer, and whether it is another caller's: then there was no question.</returns>
    public async Task<(TokenResult Result, bool IsShared)> RunAsync(
        ConnectionRow connection, Func<TokenRequest, Task<TokenResult>> ask, CancellationToken cancellationToken)
    {
        var before = KnownOf(connection);
        var enough = options.Value.MinimumTokenLifetime is var least && least > Renewing ? least : Renewing;
        if (before.ExpiresOn - time.GetUtcNow() >= enough)
        {
            return (Noted(connection, await ask(TokenRequest.Silent)), false);
        }

        using var alone = await gates.EnterAsync(connection.Id, cancellationToken);
        var now = KnownOf(connection);
        if (now.Refusals != before.Refusals && now.Refused is { } refused)
        {
            return (refused, true); // while this one waited, the authority said no
        }

        var result = Noted(connection, await ask(TokenRequest.Silent));
        if (result is not TokenResult.Acquired { IsFromCache: true } cached || !IsTooShort(cached) || !MayLengthen(connection))
        {
            return (result, false);
        }

        return now is { NotLengthened: { } no, LengthenAgainOn: var again } && again > time.GetUtcNow()
            ? (no, true)
            : (Lengthened(connection, await ask(new TokenRequest(BypassCache: true))), false);
    }

    /// <summary>Takes down what a question led to that was asked past this.</summary>
    public TokenResult Noted(ConnectionRow connection, TokenResult result)
    {
        Note(connection, known => known.After(result));
        return result;
    }

    private TokenResult Lengthened(ConnectionRow connection, TokenResult result)
    {
        Note(connection, known => known.After(result).Lengthened(result, time.GetUtcNow()));
        return result;
    }

    private void Note(ConnectionRow connection, Func<Known, Known> change) => _known.AddOrUpdate(
        connection.Id,
        static (_, x) => x.change(new Known(x.connection)),
        static (_, known, x) => x.change(known.IsOf(x.connection) ? known : new Known(x.connection)),
        (connection, change));

    private bool IsTooShort(TokenResult.Acquired token) => token.ExpiresOn - time.GetUtcNow() < options.Value.MinimumTokenLifetime;

    // Once per window: where the clock is ahead every token looks too old, and the authority takes a question at every call for a loop
    // (AADSTS50196). One that was refused does not count: whoever comes next would be given the token that is too short.
    private bool MayLengthen(ConnectionRow connection)
        => !(time.GetUtcNow() - KnownOf(connection).LengthenedOn < options.Value.MinimumTokenLifetime);

    private Known KnownOf(ConnectionRow connection)
        => _known.TryGetValue(connection.Id, out var known) && known.IsOf(connection) ? known : new Known(connection);

    /// <param name="ExpiresOn">When the token ends that was given last; null: it is not known, or there is none.</param>
    /// <param name="LengthenedOn">When a token was given in the place of one that was too short; null: that was not needed yet.</param>
    /// <param name="LengthenAgainOn">Until when nobody asks for a longer token, as that was refused; null: it was not.</param>
    /// <param name="NotLengthened">What was said then.</param>
    /// <param name="Refusals">How often there was no token.</param>
    private sealed record Known(
        (AuthModel, SignInWay, string, string, string?) Identity,
        long Generation,
        DateTimeOffset? ExpiresOn = null,
        DateTimeOffset? LengthenedOn = null,
        DateTimeOffset? LengthenAgainOn = null,
        TokenResult.Refused? NotLengthened = null,
        long Refusals = 0,
        TokenResult.Refused? Refused = null)
    {
        public Known(ConnectionRow connection)
            : this(connection.Identity, connection.Generation)
        {
        }

        // What held before somebody restored the connection, or made it another one, says nothing any more.
        public bool IsOf(ConnectionRow connection) => Identity == connection.Identity && Generation == connection.Generation;

        public Known After(TokenResult result) => result is TokenResult.Acquired acquired
            ? this with { ExpiresOn = acquired.ExpiresOn }
            : this with { ExpiresOn = null, Refusals = Refusals + 1, Refused = (TokenResult.Refused)result };

        public Known Lengthened(TokenResult result, DateTimeOffset now) => result is TokenResult.Refused refused
            ? this with
            {
                NotLengthened = refused,
                LengthenAgainOn = now + (refused.Evidence.RetryAfter is { } asked && asked > Pause ? asked : Pause),
            }
            : this with { LengthenedOn = now, NotLengthened = null, LengthenAgainOn = null };
    }
}
