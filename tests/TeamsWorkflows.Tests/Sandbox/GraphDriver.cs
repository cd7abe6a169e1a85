using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary.Middleware;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Sandbox;

/// <summary>Microsoft's own Graph client, without its hidden retries, against a sandbox tenant.</summary>
internal static class GraphDriver
{
    public static GraphServiceClient Client(SandboxServer server, string accessToken)
    {
        var handlers = GraphClientFactory.CreateDefaultHandlers()
            .Where(handler => handler is not RetryHandler and not RedirectHandler).ToList();
        var http = GraphClientFactory.Create(handlers: handlers, finalHandler: SandboxFixture.Handler(server));
        return new GraphServiceClient(http, new FixedToken(accessToken), server.DefaultTenant.GraphAddress.ToString());
    }

    /// <summary>A client for a user who has just signed in.</summary>
    public static async Task<GraphServiceClient> SignedInAsync(
        SandboxFixture fixture, SandboxTenant tenant, SandboxUser? user = null)
    {
        var driver = new SignInDriver(fixture.Http, tenant);
        var result = await driver.SignInAsync(driver.Connector(), user ?? tenant.Service);
        return Client(fixture.Server, result.AccessToken);
    }

    public static async Task<GraphServiceClient> AppOnlyAsync(SandboxFixture fixture, SandboxTenant tenant)
    {
        var app = new SignInDriver(fixture.Http, tenant)
            .Builder(tenant.Daemon).WithClientSecret(tenant.Daemon.ClientSecret).Build();
        var result = await app.AcquireTokenForClient(["https://graph.microsoft.com/.default"]).ExecuteAsync();
        return Client(fixture.Server, result.AccessToken);
    }

    public static ChatMessage Card(string attachmentId, string text = "Cash position") => new()
    {
        Subject = "Report",
        Body = new ItemBody
        {
            ContentType = BodyType.Html,
            Content = $"<p>Month end</p>\n  <attachment id=\"{attachmentId}\"></attachment>",
        },
        Attachments =
        [
            new ChatMessageAttachment
            {
                Id = attachmentId,
                ContentType = "application/vnd.microsoft.card.adaptive",
                Content = $$"""{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"{{text}}"}]}""",
            },
        ],
    };

    private sealed class FixedToken(string accessToken) : IAuthenticationProvider
    {
        public Task AuthenticateRequestAsync(
            RequestInformation request,
            Dictionary<string, object>? additionalAuthenticationContext = null,
            CancellationToken cancellationToken = default)
        {
            if (additionalAuthenticationContext?.ContainsKey("claims") == true)
            {
                throw new InvalidOperationException("The service sent a claims challenge.");
            }

            request.Headers.TryAdd("Authorization", $"Bearer {accessToken}");
            return Task.CompletedTask;
        }
    }
}
