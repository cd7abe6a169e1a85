using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Pages;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>Starts a device sign-in, and the page on which its user enters the code.</summary>
internal sealed class DeviceCodeEndpoint(World world, SignIns signIns)
{
    // No vowels and no look-alikes, as on the real page.
    private const string Alphabet = "BCDFGHJKLMNPQRSTVWXZ23456789";

    public async Task<Reply> StartAsync(Exchange exchange)
    {
        if (world.FindTenant(exchange.Route("tenant")) is not { } tenant)
        {
            return EntraErrors.TenantNotFound(exchange.Route("tenant")).ToReply(exchange);
        }

        exchange.Concerns(tenant);
        var form = await exchange.ReadFormAsync();
        if (tenant.FindApp(form["client_id"]) is not { } app)
        {
            return EntraErrors.AppNotFound(form["client_id"].ToString(), tenant).ToReply(exchange);
        }

        exchange.App = app;
        if (ScopeRequest.Parse(form["scope"], app, tenant).Error is { } error)
        {
            return error.ToReply(exchange);
        }

        var device = new DeviceSignIn
        {
            DeviceCode = Ids.Token(48),
            UserCode = RandomNumberGenerator.GetString(Alphabet, 9),
            TenantId = tenant.Id,
            ClientId = app.ClientId,
            Scope = form["scope"].ToString(),
            IssuedAt = world.Time.GetUtcNow(),
        };
        signIns.AddDevice(device);
        var address = world.Http + "/devicelogin";
        return Reply.OfJson(200, new JsonObject
        {
            ["user_code"] = device.UserCode,
            ["device_code"] = device.DeviceCode,
            ["verification_uri"] = address,
            ["expires_in"] = (long)SignIns.DeviceCodeLifetime.TotalSeconds,
            ["interval"] = (long)device.Interval.TotalSeconds,
            ["message"] = string.Create(
                CultureInfo.InvariantCulture,
                $"To sign in, use a web browser to open the page {address} and enter the code {device.UserCode} to authenticate."),
        });
    }

    public static Reply Show(Exchange exchange) => EnterCode(message: null);

    public async Task<Reply> SubmitAsync(Exchange exchange)
    {
        var form = await exchange.ReadFormAsync();
        if (signIns.FindDeviceByUserCode(form["user_code"].ToString()) is not { } device
            || world.FindTenant(device.TenantId) is not { } tenant
            || tenant.FindApp(device.ClientId) is not { } app)
        {
            return EnterCode("That code didn't work. Check the code and try again.");
        }

        exchange.Concerns(tenant);
        exchange.App = app;
        if (form["action"] == "cancel")
        {
            device.Decision = new DeviceDecision(UserId: null, world.Sequence.Next());
            return Layout.SignIn(200, "You declined", Html.Of($"<p>The device was not signed in. You can close this window.</p>"));
        }

        if (tenant.FindUser(form["username"].ToString().Trim()) is not { } user)
        {
            return PickAccount(device, tenant, app);
        }

        if (!tenant.IsEnabled(user))
        {
            return SignInPages.Error(exchange, EntraErrors.UserDisabled);
        }

        exchange.User = user;

        // Picking the account on this page is the consent too: the page has named the app.
        Consents.Grant(world, tenant, app, ScopeRequest.Parse(device.Scope, app, tenant).Request!.Missing(tenant, app));
        device.Decision = new DeviceDecision(user.Id, world.Sequence.Next());
        return Layout.SignIn(
            200,
            "You have signed in",
            Html.Of($"<p>You have signed in to <strong>{app.DisplayName}</strong> on your device. You may now close this window.</p>"));
    }

    private static Reply EnterCode(string? message) => Layout.SignIn(
        200,
        "Enter code",
        Html.Of($"""
            <p>Enter the code that is displayed on your device or in your app.</p>
            {(message is null ? Html.Empty : Html.Of($"<p role=\"alert\" class=\"error\">{message}</p>"))}
            <form method="post" action="/devicelogin">
            <label for="user_code">Code</label>
            <input id="user_code" name="user_code" type="text" required autocomplete="off" maxlength="9">
            <button class="primary">Next</button></form>
            """));

    private static Reply PickAccount(DeviceSignIn device, TenantStore tenant, AppIdentity app) => Layout.SignIn(
        200,
        "Pick an account",
        Html.Of($"""
            <p>You’re signing in to <strong>{app.DisplayName}</strong> on another device.</p>
            <form method="post" action="/devicelogin">
            <input type="hidden" name="user_code" value="{device.UserCode}">
            {tenant.Identity.Users.Select(user => SignInPages.Account(user, isHinted: false))}
            <button name="action" value="cancel">Cancel</button>
            </form>
            """));
}
