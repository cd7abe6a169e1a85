using Microsoft.Extensions.Options;
using TeamsWorkflows.Http;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Asks a server that runs whether it is ready: what a container without a shell is checked with.</summary>
internal static class HealthProbe
{
    /// <summary>The first word of the command line; an address may follow.</summary>
    public const string Command = "health";

    private static readonly Uri Default = new("http://127.0.0.1:5080/");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <param name="arguments">The server's address, or nothing.</param>
    /// <param name="output">Gets what the server answers, or why it does not.</param>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output)
    {
        var server = arguments is [var text, ..] ? Address(text) : Default;
        if (server is null)
        {
            await output.WriteLineAsync($"'{arguments[0]}' is no address such as {Default}.");
            return ExitCodes.InvalidConfiguration;
        }

        using OutboundHttp outbound = new(Options.Create(new OutboundOptions()));
        using var client = outbound.CreateClient(Patience);
        try
        {
            using var answer = await client.GetAsync(new Uri(server, "health/ready"));
            await output.WriteLineAsync(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? ExitCodes.Stopped : ExitCodes.NotReady;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            await output.WriteLineAsync($"{server} does not answer: {e.Message}");
            return ExitCodes.NotReady;
        }
    }

    private static Uri? Address(string text)
        => Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme is "http" or "https") ? address : null;
}
