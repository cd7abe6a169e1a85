using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>Answers the polls of a device whose user signs in elsewhere.</summary>
internal sealed class DeviceCodeGrant(TokenIssuer issuer, SignIns signIns) : IGrant
{
    /// <summary>The documented name, and the one that MSAL sends.</summary>
    public IReadOnlyList<string> Names { get; } = ["urn:ietf:params:oauth:grant-type:device_code", "device_code"];

    public GrantResult Handle(Exchange exchange, GrantRequest request)
    {
        if (signIns.FindDevice(request.Field("device_code") ?? "") is not { } device
            || device.TenantId != request.Tenant.Id
            || device.ClientId != request.App.ClientId)
        {
            return EntraErrors.DeviceUnknown;
        }

        if (signIns.IsOver(device.IssuedAt, SignIns.DeviceCodeLifetime))
        {
            return EntraErrors.DeviceExpired;
        }

        if (device.Decision is not { } decision)
        {
            return EntraErrors.DevicePending;
        }

        if (request.Tenant.FindUser(decision.UserId) is not { } user)
        {
            signIns.RemoveDevice(device);
            return EntraErrors.DeviceDeclined;
        }

        exchange.User = user;
        var (parsed, error) = ScopeRequest.Parse(device.Scope, request.App, request.Tenant);
        if (parsed is not { } scope)
        {
            return error!;
        }

        if (UserPolicy.Check(request.Tenant, request.App, user, scope, decision.SignInSequence, withClaims: false) is { } refused)
        {
            return refused;
        }

        signIns.RemoveDevice(device);
        return issuer.ForUser(request.Tenant, request.App, user, scope, new UserGrant(
            decision.SignInSequence, WithClaims: false, request.IsPublic, Nonce: null, request.Claims));
    }
}
