using TeamsWorkflows.Sandbox;

var configuration = new ConfigurationBuilder()
    .AddEnvironmentVariables()
    .AddCommandLine(args)
    .Build();
var options = configuration.GetSection("Sandbox").Get<SandboxOptions>() ?? new SandboxOptions();

await using var server = await SandboxServer.StartAsync(options, TimeProvider.System, CancellationToken.None);
Console.WriteLine($"""
    TeamsWorkflows sandbox: Microsoft's side, on this machine only.

      Pages, faults   {server.HttpAddress}
      Entra ID        {server.DefaultTenant.Authority}
      Graph           {server.DefaultTenant.GraphAddress}
      Key Vault       {server.DefaultTenant.VaultAddress}
      SMTP            {server.SmtpEndpoint}
      Data            {options.DataFolder ?? "in memory; set Sandbox:DataFolder to keep it"}

    Ids and secrets: {server.HttpAddress}sandbox/tenants/default
    """);

using var stopped = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stopped.Cancel();
};
using var terminated = System.Runtime.InteropServices.PosixSignalRegistration.Create(
    System.Runtime.InteropServices.PosixSignal.SIGTERM,
    signal =>
    {
        signal.Cancel = true;
        stopped.Cancel();
    });
var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
using var registration = stopped.Token.Register(end.SetResult);
await end.Task;
