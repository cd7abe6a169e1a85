using System.Text;
using TeamsWorkflows.Intakes;

namespace TeamsWorkflows.Tests.Reports;

/// <summary>Who gets past an intake's door.</summary>
public sealed class IntakeSignatureTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    [Fact]
    public void A_signature_is_what_any_tool_computes()
        => Assert.Equal(
            "v1=" + Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData("key"u8, Encoding.UTF8.GetBytes("""1700000000.{"a":1}"""))),
            IntakeSignature.Of("key", "1700000000", """{"a":1}"""u8));

    [Theory]
    [InlineData("key", "1700000000", null, true)]
    [InlineData("old", "1700000000", null, true)] // the secret before, for a while
    [InlineData("other", "1700000000", null, false)]
    [InlineData("key", "1699999700", null, true)] // the edges of the window
    [InlineData("key", "1700000300", null, true)]
    [InlineData("key", "1699999699", null, false)]
    [InlineData("key", "1700000301", null, false)]
    [InlineData("key", "-1", null, false)]
    [InlineData("key", "99999999999999999999", null, false)]
    [InlineData("key", "soon", null, false)]
    [InlineData("key", null, null, false)]
    [InlineData("key", "1700000000", "v1=", false)]
    [InlineData("key", "1700000000", "", false)]
    public void Only_a_fresh_request_that_is_signed_with_a_good_secret_counts(string signedWith, string? timestamp, string? signature, bool isSigned)
    {
        var body = """{"a":1}"""u8.ToArray();
        var headers = new Dictionary<string, string?>
        {
            [IntakeSignature.TimestampHeader] = timestamp,
            [IntakeSignature.SignatureHeader] = signature ?? IntakeSignature.Of(signedWith, timestamp ?? "", body),
        };
        Assert.Equal(isSigned, IntakeSignature.IsSigned(new("x", body, headers.GetValueOrDefault), ["key", "old"], Window, Now));
    }

    [Fact]
    public void A_body_that_was_changed_by_one_byte_is_not_signed()
    {
        var headers = new Dictionary<string, string?>
        {
            [IntakeSignature.TimestampHeader] = "1700000000",
            [IntakeSignature.SignatureHeader] = IntakeSignature.Of("key", "1700000000", "{}"u8),
        };
        Assert.True(IntakeSignature.IsSigned(new("x", "{}"u8.ToArray(), headers.GetValueOrDefault), ["key"], Window, Now));
        Assert.False(IntakeSignature.IsSigned(new("x", "{} "u8.ToArray(), headers.GetValueOrDefault), ["key"], Window, Now));
        Assert.False(IntakeSignature.IsSigned(new("x", "{}"u8.ToArray(), headers.GetValueOrDefault), [], Window, Now));
    }

    [Theory]
    [InlineData("key", true)]
    [InlineData("old", true)]
    [InlineData("kez", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_secret_is_known_or_not(string? presented, bool isKnown)
        => Assert.Equal(isKnown, IntakeSignature.IsKnown(presented, ["key", "old"]));
}
