using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;

namespace TeamsWorkflows.Server.Access;

/// <summary>Tells browsers, on every answer, to run nothing that is not ours, to frame us nowhere and to keep nothing.</summary>
internal sealed class SecurityHeaders(RequestDelegate next, IOptions<AccessOptions> access, IOptions<EntraOptions> entra)
{
    private readonly bool _isSecure = entra.Value.PublicAddress.Scheme == Uri.UriSchemeHttps;

    private readonly string _policy =
        "default-src 'self'; script-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
        + $"form-action 'self' {string.Join(' ', FormTargets(access.Value, entra.Value))}";

    public Task InvokeAsync(HttpContext http)
    {
        // At the last moment: the exception handler clears what was set before.
        http.Response.OnStarting(() =>
        {
            var headers = http.Response.Headers;
            var sandbox = http.GetEndpoint()?.Metadata.GetMetadata<SandboxedPage>();
            headers.ContentSecurityPolicy = sandbox?.Policy ?? _policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            if (sandbox is null)
            {
                headers["Cross-Origin-Opener-Policy"] = "same-origin"; // a browser refuses a page that has both this and a sandbox
            }

            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
            if (_isSecure)
            {
                headers.StrictTransportSecurity = "max-age=31536000"; // for a year, no browser tries this name without TLS
            }

            if (headers.CacheControl.Count == 0)
            {
                headers.CacheControl = "no-store";
            }

            return Task.CompletedTask;
        });
        return next(http);
    }

    // A browser holds a form's redirects against form-action too, and "Sign in as …" redirects to the authority.
    private static IEnumerable<string> FormTargets(AccessOptions access, EntraOptions entra)
        => new[] { access.BrowserAuthority ?? access.Authority, entra.BrowserAuthorityHost ?? entra.AuthorityHost }
            .OfType<Uri>()
            .Select(static address => address.GetLeftPart(UriPartial.Authority))
            .Distinct(StringComparer.Ordinal);
}
