using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>Answers the polls of a device whose user signs in elsewhere.</summary>
internal sealed class DeviceCodeGrant(TokenIssuer issuer, SignIns signIns) : IGrant
{
    /// <summary>How much more a device must wait after it was told to slow down.</summary>
    /// <seealso href="https://www.rfc-editor.org/rfc/rfc8628#section-3.5"/>
    private static readonly TimeSpan SlowDown = TimeSpan.FromSeconds(5);

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

        var isStrict = request.Tenant.Mark(MarkKinds.StrictDevices, request.Tenant.Id) is not null;
        if (device.Decision is not { } decision)
        {
            var isEarly = device.PolledAt + device.Interval > exchange.Now;
            device.PolledAt = exchange.Now;
            if (!isStrict || !isEarly)
            {
                return EntraErrors.DevicePending;
            }

            device.Interval += SlowDown;
            return EntraErrors.DeviceTooFast;
        }

        if (request.Tenant.FindUser(decision.UserId) is not { } user)
        {
            signIns.RemoveDevice(device);
            return isStrict ? EntraErrors.Cancelled : EntraErrors.DeviceDeclined;
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
