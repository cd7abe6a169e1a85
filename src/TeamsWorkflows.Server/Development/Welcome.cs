using System.Diagnostics;
using System.Globalization;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Server.Api.Reference;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Server.Development;

/// <summary>The few lines that say where everything is.</summary>
internal static class Welcome
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task SayAsync(ServerApplication server, TextWriter output)
    {
        var address = server.Addresses.First();
        await output.WriteLineAsync($"TeamsWorkflows is up, {SinceStart()} ms after its start.");
        await output.WriteLineAsync();
        if (server.Sandbox is not { } sandbox)
        {
            await output.WriteLineAsync($"  Console         {address}");
            await output.WriteLineAsync($"  API             {new Uri(address, ReferenceEndpoints.Path)}");
            return;
        }

        var tenant = sandbox.DefaultTenant;
        var team = tenant.Team("Finance");
        var channel = $"teams/{tenant.Id}/{team.Id}/{Uri.EscapeDataString(team.Channel("Reports").Id)}";
        await output.WriteLineAsync($"  Console         {address}   (sign in as {tenant.Operator.UserName} or {tenant.Administrator.UserName})");
        await output.WriteLineAsync($"  API             {new Uri(address, ReferenceEndpoints.Path)}");
        await output.WriteLineAsync($"  Teams channel   {new Uri(sandbox.HttpAddress, channel)}");
        await output.WriteLineAsync($"  Inbox           {new Uri(sandbox.HttpAddress, $"inbox/{tenant.Id}")}");
        await output.WriteLineAsync($"  Sample report   {await PostAsync(server, tenant)}");
        await output.WriteLineAsync();
        await output.WriteLineAsync("  Tokens for the API:");
        await output.WriteLineAsync($"    {TokenCommand(sandbox)}");
        await output.WriteLineAsync();
    }

    /// <summary>One line for a shell: PUBLISHER from the client's secret, OPERATOR from a sign-in at the sandbox's page.</summary>
    public static string TokenCommand(SandboxServer sandbox)
    {
        var tenant = sandbox.DefaultTenant;
        var entra = new Uri(sandbox.HttpAddress, $"{tenant.Id}/oauth2/v2.0/");
        const string back = "http://127.0.0.1/";
        const string scope = "api://teamsworkflows/access_as_user";
        var authorize = $"{entra}authorize?client_id={tenant.Api.ClientId}&response_type=code"
            + $"&redirect_uri={Uri.EscapeDataString(back)}&scope={Uri.EscapeDataString(scope)}";
        return $"PUBLISHER=$(curl -s {entra}token -d grant_type=client_credentials -d client_id={tenant.Publisher.ClientId}"
            + $" -d client_secret={tenant.Publisher.ClientSecret} -d scope=api://teamsworkflows/.default | jq -r .access_token);"
            + $" OPERATOR=$(curl -s {entra}token -d grant_type=authorization_code -d client_id={tenant.Api.ClientId}"
            + $" -d client_secret={tenant.Api.ClientSecret} -d redirect_uri={back} -d scope={scope}"
            + $" -d code=\"$(curl -s -o /dev/null -w '%{{redirect_url}}' '{authorize}' -d username={tenant.Operator.UserName}"
            + " | sed 's/.*[?&]code=\\([^&]*\\).*/\\1/')\" | jq -r .access_token)";
    }

    private static async Task<string> PostAsync(ServerApplication server, SandboxTenant tenant)
    {
        using var enough = new CancellationTokenSource(Patience);
        try
        {
            var sample = ActivatorUtilities.CreateInstance<SampleReport>(
                server.Services, ActivatorUtilities.CreateInstance<SandboxSignIn>(server.Services));
            return await sample.PostAsync(tenant, enough.Token) switch
            {
                ({ State: DeliveryState.Delivered } delivery, IsRepeat: true, _) =>
                    string.Create(CultureInfo.InvariantCulture, $"was posted to Finance/Reports at {delivery.UpdatedAt.UtcDateTime:u}"),
                ({ State: DeliveryState.Delivered }, _, _) => $"posted to Finance/Reports, {SinceStart()} ms after the start",
                ({ } delivery, _, _) => $"not posted: {delivery.State}. {delivery.Reason}",
                (_, _, var whyNot) => $"not posted: {whyNot}",
            };
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            return "still on its way: see the console";
        }
        catch (HttpRequestException e)
        {
            return $"not posted: {e.Message}";
        }
    }

    private static long SinceStart()
    {
        using var process = Process.GetCurrentProcess();
        return (long)(TimeProvider.System.GetUtcNow().UtcDateTime - process.StartTime.ToUniversalTime()).TotalMilliseconds;
    }
}
