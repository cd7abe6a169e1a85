using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Connections.Forecast;

/// <summary>A key to the calendar feed as people see it: never the key itself.</summary>
public sealed record CalendarKey(Guid Id, string Name, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, string? RevokedBy);

/// <param name="Key">Shown this once; only its hash is kept.</param>
public sealed record NewCalendarKey(Guid Id, string Name, string Key);

/// <summary>Keys for calendar programs, which cannot sign in: each opens the feed of dates and nothing else, until it is revoked.</summary>
public sealed class CalendarKeys(Database database, TimeProvider time, Func<Guid> newGuid)
{
    public const int MaxNameLength = 200;

    private const int KeyBytes = 32;

    public async Task<NewCalendarKey> CreateAsync(string name, string actor, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(actor);

        var key = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));
        var row = new CalendarKeyRow { Id = newGuid(), KeyHash = Hash(key), Name = name.Trim(), CreatedBy = actor, CreatedAt = time.GetUtcNow() };
        await database.WriteAsync(db => db.CalendarKeys.AddAsync(row, cancellationToken).AsTask(), cancellationToken);
        return new(row.Id, row.Name, key);
    }

    /// <summary>All keys ever made, the newest first.</summary>
    public async Task<IReadOnlyList<CalendarKey>> ListAsync(CancellationToken cancellationToken)
        => await database.ReadAsync(
            db => db.CalendarKeys.OrderByDescending(k => k.CreatedAt)
                .Select(k => new CalendarKey(k.Id, k.Name, k.CreatedBy, k.CreatedAt, k.RevokedAt, k.RevokedBy)).ToListAsync(cancellationToken),
            cancellationToken);

    /// <returns>False when there is no such key, or it was revoked before.</returns>
    public Task<bool> RevokeAsync(Guid id, string actor, CancellationToken cancellationToken) => database.WriteAsync(
        async db =>
        {
            if (await db.CalendarKeys.SingleOrDefaultAsync(k => k.Id == id && k.RevokedAt == null, cancellationToken) is not { } row)
            {
                return false;
            }

            (row.RevokedAt, row.RevokedBy) = (time.GetUtcNow(), actor);
            return true;
        },
        cancellationToken);

    /// <summary>Whether a key opens the feed.</summary>
    public async Task<bool> OpensAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);

        var hash = Hash(key);
        return await database.ReadAsync(db => db.CalendarKeys.AnyAsync(k => k.KeyHash == hash && k.RevokedAt == null, cancellationToken), cancellationToken);
    }

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
