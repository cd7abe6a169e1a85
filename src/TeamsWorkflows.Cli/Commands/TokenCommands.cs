using System.Buffers.Text;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TeamsWorkflows.Cli.Api;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Cli.Commands;

/// <summary><c>teamsworkflows token</c>: what an access token says about itself.</summary>
internal static class TokenCommands
{
    // What a person compares when something is refused; never the token.
    private static readonly string[] Shown =
        ["aud", "iss", "tid", "azp", "appid", "oid", "sub", "preferred_username", "name", "scp", "roles", "ver", "idtyp", "acr", "amr", "xms_cc"];

    public static Command Create(ApiCommands commands, Shell shell)
    {
        var input = new Option<bool>("--stdin") { Description = "Read the token from standard input, in place of the one that this command line would use." };
        return commands.Group("token", "Access tokens.", commands.Create(
            "inspect",
            "Shows what a token says: for whom, what, and until when. Its signature is not checked; the token itself is never shown.",
            [input],
            async (call, cancellationToken) =>
            {
                var token = call.Parsed.GetValue(input)
                    ? (await shell.Input.ReadToEndAsync(cancellationToken)).Trim()
                    : await call.TokenAsync(cancellationToken);
                var claims = TokenClaims.Read(token) ?? throw new CommandException(
                    ExitCodes.Failed, "This is no JSON Web Token that can be read: an encrypted one, a part of one, or something else.");
                var report = Report(claims, token, shell.Time.GetUtcNow());
                call.Show(report, json => Print(shell, json));
                return claims.Expires <= shell.Time.GetUtcNow() ? ExitCodes.Failed : ExitCodes.Done;
            }));
    }

    private static JsonElement Report(TokenClaims claims, string token, DateTimeOffset now)
    {
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(token.AsSpan().Trim().ToString().Split('.')[1]));
        return JsonText.Of(new
        {
            audience = claims.Audience,
            issuer = claims.Issuer,
            permissions = claims.Permissions,
            actsFor = claims.IsApplication ? "an application" : "a person",
            issuedAt = claims.IssuedAt,
            notBefore = claims.NotBefore,
            expires = claims.Expires,
            secondsLeft = claims.Expires is { } end ? (long?)(end - now).TotalSeconds : null,
            claims = payload.RootElement.EnumerateObject().Where(static c => Shown.Contains(c.Name, StringComparer.Ordinal))
                .ToDictionary(static c => c.Name, static c => c.Value.Clone(), StringComparer.Ordinal),
        });
    }

    private static void Print(Shell shell, JsonElement report)
    {
        var left = report.TryGetProperty("secondsLeft", out var seconds) && seconds.ValueKind == JsonValueKind.Number ? TimeSpan.FromSeconds(seconds.GetInt64()) : (TimeSpan?)null;
        Listing.Facts(
            shell,
            [
                ("Made for", report.At("audience")),
                ("Issued by", report.At("issuer")),
                ("Acts for", report.At("actsFor")),
                ("May", report.At("permissions")),
                ("Issued", report.At("issuedAt")),
                ("Not before", report.At("notBefore")),
                ("Until", $"{report.At("expires")}{(left is { } time ? string.Create(CultureInfo.InvariantCulture, $" ({(time > TimeSpan.Zero ? $"{time:c} left" : "over")})") : "")}"),
                .. report.GetProperty("claims").EnumerateObject().Select(c => (c.Name, (string?)report.At("claims." + c.Name))),
            ]);
    }
}
