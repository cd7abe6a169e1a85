using System.Text.Json;
using TeamsWorkflows.Cases.Escalation;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Cases;

/// <summary>The packet tells everything that its reader needs, and nothing that he could use to sign in.</summary>
public sealed class PacketTests
{
    private const string Jwt = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJncmFwaCIsIm9pZCI6IjEyMyJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";
    private const string RefreshToken = "0.AVYAi7Hq0M9xQkqgYbEXAMPLErefreshTOKENvalueTHATmustNOTleak";
    private const string PrivateKey = "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\\n-----END PRIVATE KEY-----";
    private const string Signature = "Zm9yLXdob2V2ZXItaGFzLWl0LW1heS1wb3N0";
    private const string Secret = "abc8Q~EXAMPLEsecretVALUEthatMUSTnotLEAK123";

    [Fact]
    [Trait("Requirement", "R99")]
    [Trait("Requirement", "R100")]
    [Trait("Requirement", "R15")]
    [Trait("Requirement", "R78")]
    [Trait("Requirement", "R96")]
    [Trait("Requirement", "B7")]
    public async Task The_packet_has_all_six_items_and_how_long_reconnects_lasted()
    {
        await using var product = await ProductHost.StartAsync();
        await product.EndOfAsync(await product.SubmitAsync());
        product.Time.Advance(TimeSpan.FromHours(9));
        await product.Get<HistoryDesk>().RecordAsync(ProductHost.ConnectionId, OperationalChange.PolicyChanged, null, "adam", "Sign-in frequency", default);
        product.Tenant.Faults.Apply("refresh-revoked");
        product.Tenant.ExpireAccessTokens();
        await product.SubmitAsync();
        var found = await product.OpenCaseAsync();

        var packet = (await product.Get<PacketDesk>().MakeAsync(found.Id, default))!;

        Assert.Contains(packet.Timestamps, t => t.What == "last success of the connection" && t.At.Offset == TimeSpan.Zero);
        Assert.Equal(("POST", "/{tenant}/oauth2/v2.0/token", 400), (packet.Call.Method, packet.Call.Endpoint, packet.Call.Status));
        Assert.Contains("AADSTS", packet.Call.Body, StringComparison.Ordinal);
        var asked = product.Tenant.Requests.Last(r => r.Surface == SandboxSurfaces.Token);
        Assert.Equal((asked.RequestId, asked.ClientRequestId), (packet.Call.RequestIds["request-id"], packet.Call.RequestIds["client-request-id"]));
        Assert.Equal((product.Tenant.Id, product.Tenant.Connector.ClientId), (packet.Identity.TenantId, packet.Identity.ClientId));
        Assert.Contains(packet.Changes, c => c is { Change: OperationalChange.PolicyChanged, Note: "Sign-in frequency" });
        Assert.True(packet.Reconnects.HelpedAtOnce, string.Join("\n", (await product.Get<ConnectionLog>().ReadAsync(ProductHost.ConnectionId, default)).Events));
        Assert.Equal(9, Assert.Single(packet.Reconnects.Lasted).Lasted.TotalHours, 0.1);
        var document = PacketDocument.Write(packet);
        Assert.All(["## 1. ", "## 2. ", "## 3. ", "## 4. ", "## 5. ", "## 6. ", "helped, for 9.0 hours"], part => Assert.Contains(part, document, StringComparison.Ordinal));
    }

    [Theory]
    [Trait("Requirement", "R99")]
    [Trait("Requirement", "R78")]
    [InlineData(SandboxSurfaces.GraphMessagePost, false)]
    [InlineData(SandboxSurfaces.GraphFilePut, true)]
    public async Task The_packet_names_the_call_that_was_refused(string surface, bool hasFile)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Add(new FaultRule { Name = "refused", Surface = surface, Status = 403, ContentType = "application/json", Body = """{"error":{"code":"Forbidden","message":"Missing scope permissions on the request."}}""" });
        await product.SubmitAsync(product.Request() with { Attachments = hasFile ? [new("a.txt", "AAAA")] : [] });
        var found = await product.OpenCaseAsync(parked: 0);

        var call = (await product.Get<PacketDesk>().MakeAsync(found.Id, default))!.Call;

        var refused = product.Tenant.Requests.Single(r => r.Fault == "refused");
        Assert.Equal((refused.Method, Uri.UnescapeDataString(refused.Path.Split('?')[0])), (call.Method, Uri.UnescapeDataString(call.Endpoint)));
        Assert.Equal((refused.RequestId, refused.ClientRequestId), (call.RequestIds["request-id"], call.RequestIds["client-request-id"]));
    }

    [Fact]
    [Trait("Requirement", "R100")]
    public async Task The_packet_does_not_say_of_a_sign_in_what_nobody_has_seen_yet()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("consent-revoked");
        product.Tenant.ExpireAccessTokens();
        await product.SubmitAsync();
        var found = await product.OpenCaseAsync(); // the first use after the sign-in

        var reconnects = (await product.Get<PacketDesk>().MakeAsync(found.Id, default))!.Reconnects;
        Assert.Equal((false, "The last sign-in did not help: the first use after it failed."), (reconnects.HelpedAtOnce, reconnects.Summary));

        product.Tenant.Faults.Clear();
        product.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<TeamsWorkflows.Connections.SignInResult.Connected>(await product.SignInAsync(product.Tenant.Service));
        reconnects = (await product.Get<PacketDesk>().MakeAsync(found.Id, default))!.Reconnects;
        Assert.Equal((null, "The connection has not been used since the last sign-in."), (reconnects.HelpedAtOnce, reconnects.Summary));
    }

    [Theory]
    [Trait("Requirement", "B7")]
    [Trait("Requirement", "R49")]
    [Trait("Requirement", "R79")]
    [InlineData(SandboxSurfaces.Token)]
    [InlineData(SandboxSurfaces.GraphMessagePost)]
    public async Task Secrets_that_are_planted_everywhere_are_in_no_packet(string surface)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Add(new FaultRule
        {
            Name = "leaky",
            Surface = surface,
            Status = surface == SandboxSurfaces.Token ? 400 : 403,
            ContentType = "application/json",
            Body = $$"""
                {"error":"invalid_grant","suberror":"bad_token","error_description":"AADSTS65001: token {{Jwt}} refresh_token={{RefreshToken}}","refresh_token":"{{RefreshToken}}",
                "client_secret":"{{Secret}}","key":"{{PrivateKey}}","url":"https://prod.example/workflows/1?sig={{Signature}}","innerError":{"message":"Authorization: Bearer {{Jwt}}"},"code":"Forbidden","message":"Missing scope permissions {{Secret}}"}
                """,
            Headers = new Dictionary<string, string> { ["request-id"] = $"id {Jwt}", ["x-ms-request-id"] = $"id {Jwt}", ["Set-Cookie"] = $"session={Jwt}", ["x-debug"] = $"Bearer {Jwt}" },
        });
        product.Tenant.ExpireAccessTokens();
        await product.Get<HistoryDesk>().RecordAsync(ProductHost.ConnectionId, OperationalChange.SecretRotated, null, "adam", $"to {Secret}, was client_secret={Secret}; token {Jwt}", default);
        await product.SubmitAsync(product.Request($"client_secret={Secret}"));
        var found = await product.OpenCaseAsync(parked: 0);

        var packet = (await product.Get<PacketDesk>().MakeAsync(found.Id, default))!;
        var everything = JsonSerializer.Serialize(packet) + PacketDocument.Write(packet);

        Assert.All(
            [Jwt, Jwt.Split('.')[1], RefreshToken, Secret, "MIIEvQ", Signature, product.Tenant.Connector.ClientSecret],
            secret => Assert.DoesNotContain(secret, everything, StringComparison.Ordinal));
        Assert.Contains("[redacted]", packet.Call.Body, StringComparison.Ordinal);
    }
}
