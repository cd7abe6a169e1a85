using System.Text.Json;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Diagnostics.Rules;

namespace TeamsWorkflows.Tests.Diagnostics;

/// <summary>The rules as data: complete, consistent, documented by their schema.</summary>
public sealed class RuleBookTests
{
    private const string FactSheet =
        "50173 700082 70008 70000 70043 700084 50132 50133 50089 50078 50076 50074 50079 50072 50158 50097 700020 50058 50140 50199 16000 50020 50034 " +
        "51004 50014 50057 50053 50055 50144 50056 50126 50135 50105 90072 65001 65004 90094 90095 90008 65005 650056 650057 650052 650054 90099 " +
        "7000222 7000215 70002 700027 50012 700030 50017 700024 50013 500133 50048 50027 7000218 700025 700229 700016 7000229 70001 7000112 700011 " +
        "1000031 53003 530032 530035 53000 53001 53002 53004 53010 53011 530034 50131 50005 50002 500021 500022 500212 500213 90002 50059 90019 50128 " +
        "50194 9001023 90124 90130 90038 900432 700005 50049 500011 50001 70011 28002 28003 700022 700023 50011 900971 70003 900144 90014 9002313 90023 " +
        "900561 50147 501491 501481 54005 70016 70018 70019 90033 90006 90024 90012 90090 50033 50087 50088 90055 50196 80001 80002 80005 80007 80014 " +
        "80013 40008 40010 40009 40015 50107 50000 90036 501621";

    [Fact]
    public void Every_number_of_the_fact_sheet_has_a_verdict()
    {
        var numbers = FactSheet.Split(' ');

        Assert.Equal(141, numbers.Distinct().Count());
        Assert.All(numbers, n => Assert.True(RuleBook.Current.IsAadsts(n), n));
    }

    [Theory]
    [Trait("Requirement", "R8")]
    [Trait("Requirement", "R23")]
    [Trait("Requirement", "R24")]
    [Trait("Requirement", "R25")]
    [Trait("Requirement", "R26")]
    [Trait("Requirement", "R27")]
    [Trait("Requirement", "R30")]
    [InlineData("50173 50132 50133 700082 70008 70043 50076 50079 50074 50078 50058", OperatorAction.Reconnect)]
    [InlineData("65001 65004 650056 90094 90095 90008", OperatorAction.GrantAdminConsent)]
    [InlineData("7000222 7000215 70002 700027 50012", OperatorAction.RotateCredential)]
    [InlineData("53000 53001 53002 53003 530032 530035 50131 50097 500021", OperatorAction.ChangePolicy)]
    [InlineData("50057 50034 51004 500011 700011 700016 50194 50011 90002 7000218 70011 50196 80013", OperatorAction.FixConfiguration)]
    [InlineData("70016 90033 50033 50087 50088 80001 40008 90055 50000", OperatorAction.WaitAndRetry)]
    public void Numbers_lead_to_the_action_that_helps(string numbers, OperatorAction action)
        => Assert.All(numbers.Split(' '), n => Assert.Equal(
            action,
            Diagnostician.Diagnose(new(FailureSurface.MsalException, Payloads.Noon) { Body = $"AADSTS{n}: in whatever language." }).Action));

    [Fact]
    public void Every_verdict_is_given_by_a_rule_or_a_number()
    {
        var given = RuleBook.Current.Rules.Select(r => r.Verdict.Id)
            .Concat(RuleBook.Current.Numbers.Select(n => RuleBook.Current.Number(n)!.Value.Verdict.Id));

        Assert.Equal(["unknown"], RuleBook.Current.Verdicts.Keys.Except(given));
    }

    [Fact]
    public void Rules_have_names_of_their_own()
        => Assert.Equal(RuleBook.Current.Rules.Count, RuleBook.Current.Rules.Select(r => r.Id).Distinct().Count());

    [Fact]
    public void A_verdict_that_repeats_a_sign_in_failure_is_refused()
    {
        var entry = new VerdictEntry("authentication", FailureClasses.RefreshBroken, null, "backoff", "reconnect", 0.9, "s", "w", "r");

        Assert.Throws<InvalidOperationException>(() => Verdict.From("x", entry));
    }

    [Theory]
    [InlineData("""{"$schema":"s","version":"1","verdicts":{},"rules":[],"more":1}""")]
    [InlineData("""{"$schema":"s","version":"1","verdicts":{},"rules":[{"id":"a","rank":1,"then":"x","when":{"sais":["a"]}}]}""")]
    public void A_word_that_the_schema_does_not_have_is_refused(string json)
        => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, RuleJson.Default.RuleFile));

    [Theory]
    [InlineData("nowhere", "401")]
    [InlineData("ok", "4xy")]
    public void A_rule_that_cannot_be_right_is_refused(string then, string status)
    {
        var file = new RuleFile(
            "s",
            "1",
            new Dictionary<string, VerdictEntry> { ["ok"] = new("service", FailureClasses.ServiceUnavailable, null, "backoff", "wait and retry", 0.9, "s", "w", "r") },
            [new("r", 1, then, null, new(Status: [status]))]);

        Assert.Throws<InvalidOperationException>(() => new RuleBook(file, new("s", "1", [], new Dictionary<string, NumberEntry>())));
    }

    [Fact]
    public void The_schema_names_exactly_what_a_rule_can_say()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Diagnostics", "rules.schema.json")));
        var defined = schema.RootElement.GetProperty("$defs");

        Assert.Equal(Members<RuleCondition>(), Properties(defined, "condition"));
        Assert.Equal(Members<RuleEntry>(), Properties(defined, "rule"));
        Assert.Equal(Members<VerdictEntry>(), Properties(defined, "verdict"));

        static IEnumerable<string> Properties(JsonElement definitions, string name)
            => definitions.GetProperty(name).GetProperty("properties").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal);

        static IEnumerable<string> Members<T>()
            => RuleJson.Default.GetTypeInfo(typeof(T))!.Properties.Select(p => p.Name).Order(StringComparer.Ordinal);
    }
}
