using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Http;

namespace TeamsWorkflows.Cli.Profiles;

/// <summary>A server that a person works with, and where its tokens come from. No secret is in it.</summary>
/// <param name="Name">Empty: it is not kept.</param>
/// <param name="Server">The server's address, with a slash at its end.</param>
internal sealed record Profile(string Name, Uri Server)
{
    /// <summary>Gets who issues the tokens; null: the server says.</summary>
    public Uri? Authority { get; init; }

    /// <summary>Gets the application by which people sign in; null: the server says.</summary>
    public string? ClientId { get; init; }

    /// <summary>Gets what a token is asked with; null: the server says.</summary>
    public string? Scope { get; init; }

    /// <summary>Gets a PEM file with the certificate authorities that are trusted in place of the machine's; null: the machine's.</summary>
    public string? TrustedAuthorityFile { get; init; }

    /// <summary>Gets a value indicating whether a sign-in is kept, encrypted; otherwise it ends with its command.</summary>
    public bool KeepsSignIn { get; init; } = true;

    /// <exception cref="CommandException">The file of authorities cannot be read.</exception>
    public OutboundHttp Transport()
    {
        try
        {
            return new OutboundHttp(Options.Create(new OutboundOptions { TrustedAuthorityFile = TrustedAuthorityFile }));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CommandException(ExitCodes.NoInput, $"The certificate authorities in '{TrustedAuthorityFile}' cannot be read: {e.Message}", e);
        }
    }
}
