using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using TeamsWorkflows.DurableTask.Protocol;

namespace TeamsWorkflows.Grpc.Tests;

/// <summary>Who gets in, and over what.</summary>
public sealed class SecurityTests
{
    private const string Issuer = "https://login.example.invalid/";
    private const string Audience = "https://durabletask.io";

    [Fact]
    public async Task With_a_certificate_the_sidecar_speaks_tls_and_nothing_else()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=sidecar", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        var file = Path.Combine(Directory.CreateTempSubdirectory("tls-").FullName, "sidecar.pem");
        await File.WriteAllTextAsync(file, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        await using var sidecar = await Sidecar.StartAsync(options => options.CertificateFile = file);
        using SocketsHttpHandler handler = new()
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString(),
            },
        };
        using var secure = GrpcChannel.ForAddress($"https://127.0.0.1:{sidecar.Address.Port}", new GrpcChannelOptions { HttpHandler = handler });
        using var plain = GrpcChannel.ForAddress($"http://127.0.0.1:{sidecar.Address.Port}");

        await new TaskHubSidecarService.TaskHubSidecarServiceClient(secure).HelloAsync(new());
        await Assert.ThrowsAsync<RpcException>(async () => await new TaskHubSidecarService.TaskHubSidecarServiceClient(plain).HelloAsync(new()));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public async Task A_token_of_the_authority_for_this_audience_gets_in_and_no_other_does()
    {
        SymmetricSecurityKey key = new(RandomNumberGenerator.GetBytes(32)), other = new(RandomNumberGenerator.GetBytes(32));
        await using var sidecar = await Sidecar.StartAsync(options => options.Authority = new Uri(Issuer), bearer => Trust(bearer, key));

        await CallAsync(Token(key, Audience));
        Assert.Equal(StatusCode.Unauthenticated, await RefusedAsync(Token(key, "https://somebody.else")));
        Assert.Equal(StatusCode.Unauthenticated, await RefusedAsync(Token(other, Audience)));
        Assert.Equal(StatusCode.Unauthenticated, await RefusedAsync(Token(key, Audience, DateTime.UtcNow.AddHours(-1))));

        async Task CallAsync(string token) => await sidecar.Raw().HelloAsync(new(), new Metadata { { "Authorization", $"Bearer {token}" } });

        async Task<StatusCode> RefusedAsync(string token) => (await Assert.ThrowsAsync<RpcException>(() => CallAsync(token))).StatusCode;
    }

    private static void Trust(JwtBearerOptions bearer, SecurityKey key)
    {
        bearer.Configuration = new OpenIdConnectConfiguration { Issuer = Issuer };
        bearer.TokenValidationParameters.IssuerSigningKey = key;
        bearer.TokenValidationParameters.ValidIssuer = Issuer;
    }

    private static string Token(SecurityKey key, string audience, DateTime? expires = null) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Issuer,
        Audience = audience,
        NotBefore = DateTime.UtcNow.AddHours(-2),
        Expires = expires ?? DateTime.UtcNow.AddHours(1),
        SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.HmacSha256),
    });
}
