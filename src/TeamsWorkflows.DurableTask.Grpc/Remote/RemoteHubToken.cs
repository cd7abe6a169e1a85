using Azure.Core;
using Azure.Identity;

namespace TeamsWorkflows.DurableTask.Grpc.Remote;

/// <summary>One token for all calls, fetched once and again before it ends: not every credential keeps what it got.</summary>
internal sealed class RemoteHubToken(TokenCredential credential, string scope, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private AccessToken _token;

    public void Dispose() => _gate.Dispose();

    public async ValueTask<string> GetAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            if (_token.ExpiresOn <= time.GetUtcNow() + Margin)
            {
                await RenewAsync(cancellation);
            }

            return _token.Token;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task RenewAsync(CancellationToken cancellation)
    {
        try
        {
            _token = await credential.GetTokenAsync(new TokenRequestContext([scope]), cancellation);
        }
        catch (AuthenticationFailedException) when (_token.ExpiresOn > time.GetUtcNow())
        {
            // The token at hand is still good: the next call tries again.
        }
    }
}
