using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Faults;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>/{tenant}/oauth2/v2.0/authorize: GET shows the pages and changes nothing, POST signs in.</summary>
internal sealed class AuthorizeEndpoint(World world, SignIns signIns, TokenIssuer issuer)
{
    public Reply Show(Exchange exchange)
    {
        var (read, shown, sent) = AuthorizeRequest.Read(exchange, world);
        if (read is not { } request)
        {
            return sent?.Invoke() ?? SignInPages.Error(exchange, shown!);
        }

        // The sandbox keeps no browser session, so nobody is ever signed in silently.
        return request.Prompt == "none"
            ? Send(request, AuthorizeResponse.Error(EntraErrors.NobodySignedIn, request.State))
            : SignInPages.ChooseAccount(exchange, request, message: null);
    }

    public async Task<Reply> SubmitAsync(Exchange exchange)
    {
        var (read, shown, sent) = AuthorizeRequest.Read(exchange, world);
        if (read is not { } request)
        {
            return sent?.Invoke() ?? SignInPages.Error(exchange, shown!);
        }

        var form = await exchange.ReadFormAsync();
        if (form["action"] == "cancel")
        {
            return Send(request, AuthorizeResponse.Error(EntraErrors.Cancelled, request.State));
        }

        var name = form["username"].ToString().Trim();
        if (request.Tenant.FindUser(name) is not { } user)
        {
            return SignInPages.ChooseAccount(exchange, request, EntraErrors.UserUnknown(name, request.Tenant).Aadsts);
        }

        exchange.User = user;
        return await FaultGate.RunAsync(exchange, () => Task.FromResult(SignIn(exchange, request, user, form)));
    }

    private Reply SignIn(Exchange exchange, AuthorizeRequest request, UserIdentity user, IFormCollection form)
    {
        if (!request.Tenant.IsEnabled(user))
        {
            return SignInPages.Error(exchange, EntraErrors.UserDisabled);
        }

        var missing = request.Scope.Missing(request.Tenant, request.App);
        if (form["consent"] == "accept")
        {
            Consents.Grant(world, request.Tenant, request.App, missing);
        }
        else if (missing.Count > 0 || request.Prompt == "consent")
        {
            return SignInPages.Consent(exchange, request, user, missing);
        }

        return Send(request, Granted(request, user));
    }

    private Dictionary<string, string?> Granted(AuthorizeRequest request, UserIdentity user)
    {
        var fields = new Dictionary<string, string?>(StringComparer.Ordinal);
        string? code = null;
        if (request.WantsCode)
        {
            code = signIns.AddCode(new IssuedCode
            {
                TenantId = request.Tenant.Id,
                ClientId = request.App.ClientId,
                UserId = user.Id,
                RedirectUri = request.RedirectUri,
                Challenge = request.Challenge,
                ChallengeMethod = request.ChallengeMethod,
                Scope = request.ScopeText,
                Nonce = request.Nonce,
                WithClaims = request.Claims.AnswersChallenge,
                SignInSequence = world.Sequence.Next(),
                IssuedAt = world.Time.GetUtcNow(),
            });
            fields["code"] = code;
            fields["client_info"] = Base64Url.EncodeToString(
                Encoding.UTF8.GetBytes($$"""{"uid":"{{user.Id}}","utid":"{{request.Tenant.Id}}"}"""));
        }

        if (request.WantsIdToken)
        {
            fields["id_token"] = issuer.IdToken(
                request.Tenant, request.App, user, request.Nonce, code is null ? null : HalfHash(code));
        }

        fields["state"] = request.State;
        fields["session_state"] = Ids.Guid();
        return fields;
    }

    // OpenID Connect's c_hash: the left half of the code's hash.
    private static string HalfHash(string code) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(code)).AsSpan(0, 16));

    private static Reply Send(AuthorizeRequest request, Dictionary<string, string?> fields) =>
        AuthorizeResponse.Of(request.ResponseMode, request.RedirectUri, fields);
}
