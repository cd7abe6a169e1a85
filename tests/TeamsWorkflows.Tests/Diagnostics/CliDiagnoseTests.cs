using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using TeamsWorkflows.Cli;

namespace TeamsWorkflows.Tests.Diagnostics;

/// <summary><c>teamsworkflows diagnose</c>, from arguments to exit code.</summary>
public sealed class CliDiagnoseTests
{
    [Fact]
    [Trait("Requirement", "R21")]
    public async Task A_file_gives_one_verdict_a_line_in_the_words_of_the_file()
    {
        var (code, output, error) = await RunAsync("", "diagnose", "--jsonl", Payloads.Path("failures"));
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal((0, "", 81), (code, error, lines.Length));
        Assert.Equal(
            """{"id":"p010","layer":"authentication","class":"client-credential","subclass":"secret-expired","retry":"after-fix","action":"rotate secret or certificate","confidence":"high","secondary":null}""",
            lines[0]);
    }

    [Fact]
    public async Task A_line_that_cannot_be_read_is_named_and_the_others_are_answered()
    {
        const string input = """
            {"id":"a","surface":"graph-response","status":429,"headers":null,"body":null}
            not json

            {"id":"b","surface":"somewhere"}
            {"surface":"graph-response"}
            {"id":"c","surface":"webhook-response","status":413,"headers":{"Date":"x"},"body":{"a":1}}
            """;

        var (code, output, error) = await RunAsync(input, "diagnose", "--jsonl", "-");

        Assert.Equal(1, code);
        Assert.Equal(["a", "c"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("id").GetString()));
        Assert.Contains("Line 2 is not JSON", error, StringComparison.Ordinal);
        Assert.Contains("Line 4 has the surface 'somewhere'", error, StringComparison.Ordinal);
        Assert.Contains("Line 5 has no 'id'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_labelled_file_gives_a_table_of_confusion()
    {
        var (code, output, _) = await RunAsync("", "diagnose", "--score", Payloads.Path("failures"));

        Assert.Equal(0, code);
        Assert.Contains("all       81", output, StringComparison.Ordinal);
        Assert.Contains("refresh-broken", output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R11")]
    [Trait("Requirement", "R67")]
    public async Task A_pasted_exchange_is_explained()
    {
        const string exchange = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 17\r\nContent-Type: application/json\r\n\r\n{\"error\":{\"code\":\"TooManyRequests\"}}";

        var (code, output, _) = await RunAsync(exchange, "diagnose");

        Assert.Equal(0, code);
        Assert.Contains("what       throttled", output, StringComparison.Ordinal);
        Assert.Contains("after-seconds, 17 s", output, StringComparison.Ordinal);
        Assert.Contains("decided    throttled.status: status 429", output, StringComparison.Ordinal);
        Assert.Contains("Would change it:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_text_as_json_has_its_trace()
    {
        var (_, output, _) = await RunAsync("", "diagnose", "--json", "--status", "401", "--header", "WWW-Authenticate: Bearer error=\"invalid_token\", error_description=\"The token expired\"", "x");
        using var json = JsonDocument.Parse(output);

        Assert.Equal("access-token-expired", json.RootElement.GetProperty("class").GetString());
        Assert.Equal("decided", json.RootElement.GetProperty("trace")[0].GetProperty("role").GetString());
    }

    [Theory]
    [InlineData("diagnose", "--jsonl", "a", "--score", "b")]
    [InlineData("diagnose", "--nonsense")]
    [InlineData("diagnose", "--surface", "moon", "x")]
    [InlineData("mend")]
    public async Task A_wrong_command_line_ends_with_2(params string[] args) => Assert.Equal(2, (await RunAsync("", args)).Code);

    [Fact]
    public async Task A_file_that_is_not_there_ends_with_3()
    {
        var (code, _, error) = await RunAsync("", "diagnose", "--jsonl", "no-such-file.jsonl");

        Assert.Equal(3, code);
        Assert.Contains("no-such-file.jsonl", error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string input, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await CommandLine.RunAsync(args, new StringReader(input), output, error, new FakeTimeProvider(Payloads.Noon));
        return (code, output.ToString(), error.ToString());
    }
}
