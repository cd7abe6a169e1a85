using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Reports.Content;

namespace TeamsWorkflows.Tests.Reports;

/// <summary>What a report's body may be, and what becomes of it before anything is sent.</summary>
public sealed class ContentTests
{
    private static readonly FakeTimeProvider Time = new(new DateTimeOffset(2026, 11, 25, 9, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("<p onclick=\"x()\">Hi</p>", "<p>Hi</p>", "onclick")]
    [InlineData("<script>alert(1)</script><b>Hi</b>", "<b>Hi</b>", "script")]
    [InlineData("<a href=\"javascript:x()\">Hi</a>", "<a>Hi</a>", "href")]
    [InlineData("<a href=\"https://contoso.example/x?a=1&amp;b=2\">Hi</a>", "<a href=\"https://contoso.example/x?a=1&amp;b=2\">Hi</a>", null)]
    [InlineData("<font color=red>Hi</font><img src=x onerror=y>", "Hi", "font,img")]
    [InlineData("<p style=\"display:none\">Hi</p>", "<p>Hi</p>", "style")]
    [InlineData("<table><tr><td colspan=\"2\">Hi</td></tr></table>", "<table><tbody><tr><td colspan=\"2\">Hi</td></tr></tbody></table>", null)]
    public void Html_loses_what_can_run_load_or_hide_and_it_is_said_what(string html, string clean, string? removed)
    {
        var result = HtmlCleaner.Clean(html);

        Assert.Equal((clean, removed ?? ""), (result.Html, string.Join(',', result.Removed)));
    }

    [Theory]
    [InlineData("<script>alert(1)</script>", "<script")]
    [InlineData("[x](javascript:alert(1))", "javascript:")]
    [InlineData("<img src=x onerror=alert(1)>", "<img")]
    public void Nothing_in_Markdown_can_run(string markdown, string dangerous)
        => Assert.DoesNotContain(dangerous, new ReportContent.Markdown(markdown).ToHtml(), StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Rows_become_a_table_whose_columns_are_all_their_members()
    {
        var table = Table("""{"rows":[{"region":"North","sales":1200.5,"final":true},{"region":"South <b>","note":null}]}""");

        Assert.Equal(["region", "sales", "final", "note"], table.Columns);
        Assert.Equal(["South <b>", "", "", ""], table.Rows[1]);
        Assert.Contains("<td>1200.5</td><td>true</td>", table.ToHtml(), StringComparison.Ordinal);
        Assert.Contains("<td>South &lt;b&gt;</td>", table.ToHtml(), StringComparison.Ordinal);
        Assert.StartsWith("region | sales | final | note\nNorth | 1200.5", table.ToText(), StringComparison.Ordinal);
        Assert.Equivalent(table, ReportContent.Load(table.Format, table.Stored));
    }

    [Fact]
    public void Csv_becomes_a_table_with_quotes_and_line_breaks_read()
    {
        var table = Table("""{"csv":"name;note\r\n\"a;b\";\"two\nlines\"\r\n","delimiter":";"}""");

        Assert.Equal(["name", "note"], table.Columns);
        Assert.Equal(["a;b", "two\nlines"], Assert.Single(table.Rows));
    }

    [Fact]
    public void A_file_of_a_table_opens_in_a_spreadsheet_and_no_cell_runs_as_a_formula()
    {
        var file = Table("""{"columns":["a","b"],"rows":[["=1+1","-3.5"],["@x","é"]]}""").ToFile("Sales");

        Assert.Equal((".csv", "text/csv"), (file.Extension, file.ContentType));
        Assert.Equal(Encoding.UTF8.Preamble.ToArray(), file.Bytes[..3]);
        Assert.Equal("a,b\r\n'=1+1,-3.5\r\n'@x,é\r\n", Encoding.UTF8.GetString(file.Bytes[3..]).Replace("\"", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{}""", "table")]
    [InlineData("""{"rows":[],"csv":"a"}""", "table")]
    [InlineData("""{"rows":[]}""", "table.rows")]
    [InlineData("""{"rows":[{"a":{"b":1}}]}""", "table.rows[0].a")]
    [InlineData("""{"rows":[{"a":1}],"columns":["b"]}""", "table.rows[0]")]
    [InlineData("""{"rows":[[1,2]],"columns":["b"]}""", "table.rows[0]")]
    [InlineData("""{"csv":""}""", "table.csv")]
    [InlineData("""{"csv":"a,b\n1"}""", "table.csv")]
    [InlineData("""{"csv":"a","columns":["a"]}""", "table.columns")]
    [InlineData("""{"csv":"a","delimiter":"ab"}""", "table.delimiter")]
    public void A_table_that_cannot_be_read_says_where(string json, string field)
    {
        var errors = new ReportErrors();

        Assert.Null(TableReader.Read(JsonSerializer.Deserialize<TableRequest>(json, JsonSerializerOptions.Web)!, errors));
        Assert.Equal(field, errors.ByField().Keys.First());
    }

    [Theory]
    [InlineData("""{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"Hi"}]}""", null)]
    [InlineData("""{"type":"AdaptiveCard","version":"1.5","body":[{"type":"ColumnSet","columns":[{"items":[{"type":"TextBlock","text":"Hi"}]}]}]}""", null)]
    [InlineData("""{"type":"AdaptiveCard","version":"1.5","body":[{"type":"Table","columns":[{"width":1}],"rows":[{"cells":[{"items":[]}]}]}]}""", null)]
    [InlineData("""[]""", "card")]
    [InlineData("""{"type":"AdaptiveCard","version":"1.6","body":[{"type":"TextBlock","text":"Hi"}]}""", "card.version")]
    [InlineData("""{"type":"AdaptiveCard","version":"1.5"}""", "card.body")]
    [InlineData("""{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock"}]}""", "card.body[0].text")]
    [InlineData("""{"type":"AdaptiveCard","version":"1.2","body":[{"type":"Table","rows":[]}]}""", "card.body[0].type")]
    [InlineData("""{"type":"AdaptiveCard","version":"1.5","body":[{"type":"Container","items":[{"type":"Input.Text"}]}]}""", "card.body[0].items[0].type")]
    [InlineData("""{"type":"AdaptiveCard","version":"1.5","body":[{"type":"Media"}]}""", "card.body[0].type")]
    [InlineData("""{"type":"AdaptiveCard","version":"1.5","body":[{"type":"Image","url":"http://x.example/a.png"}]}""", "card.body[0].url")]
    [InlineData("""{"type":"AdaptiveCard","version":"1.5","actions":[{"type":"Action.Submit","title":"Go"}]}""", "card.actions[0].type")]
    [InlineData("""{"type":"AdaptiveCard","version":"1.5","actions":[{"type":"Action.OpenUrl","url":"https://x.example","style":"destructive"}]}""", "card.actions[0].style")]
    public void A_card_is_held_to_what_Teams_takes(string json, string? field)
    {
        using var card = JsonDocument.Parse(json);
        var errors = new ReportErrors();
        CardRules.Check(card.RootElement, "card", errors);

        Assert.Equal(field, errors.ByField().Keys.FirstOrDefault());
    }

    [Fact]
    public void A_card_that_nests_without_end_is_refused()
    {
        var json = string.Concat(Enumerable.Repeat("""{"type":"Container","items":[""", 30)) + string.Concat(Enumerable.Repeat("]}", 30));
        using var card = JsonDocument.Parse($$"""{"type":"AdaptiveCard","version":"1.5","body":[{{json}}]}""");
        var errors = new ReportErrors();
        CardRules.Check(card.RootElement, "card", errors);

        Assert.Contains("deeper than 20", Assert.Single(errors.ByField()).Value[0], StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_card_says_can_be_read_without_cards()
    {
        var card = new ReportContent.Card(
            """{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"Sales <up>"},{"type":"FactSet","facts":[{"title":"North","value":"7"}]}],"actions":[{"type":"Action.OpenUrl","title":"More","url":"https://x.example"}]}""");

        Assert.Equal("Sales <up>\nNorth: 7\nMore: https://x.example", card.ToText());
        Assert.StartsWith("<p>Sales &lt;up&gt;</p>", card.ToHtml(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ region }}: {{ rows | array.size }}", "North & <South>: 2")]
    [InlineData("{{ for r in rows }}{{ r.name }}={{ r.value }};{{ end }}", "a=1;b=2.50;")]
    [InlineData("{{ date.now | date.to_string '%Y-%m-%d' }}", "2026-11-25")]
    [InlineData("{{ now | date.to_string '%Y-%m-%d' }}", "2026-11-25")]
    public void A_template_is_filled_with_the_data(string template, string filled)
        => Assert.Equal(filled, Renderer().Text(template, "body", new()));

    [Fact]
    public void Values_in_an_html_template_are_encoded_and_its_own_tags_are_not()
        => Assert.Equal("<b>North &amp; &lt;South&gt;</b>", Renderer().Html("<b>{{ region }}</b>", "body", new()));

    [Theory]
    [InlineData("{{ if", "its end")]
    [InlineData("a\n{{ nowhere }}", "line 2")]
    [InlineData("{{ for i in 1..100000 }}x{{ end }}", "10000")]
    [InlineData("{{ region.manager }}", "manager")]
    [InlineData("{{ include 'secrets' }}", "include")]
    public void A_template_that_cannot_be_filled_says_where_and_why(string template, string reason)
    {
        var errors = new ReportErrors();

        Assert.Null(Renderer().Text(template, "body", errors));
        Assert.Contains(reason, errors.ByField()["body"][0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1_000_000, true)]
    [InlineData(1_000_001, false)]
    public void A_filled_template_that_is_too_long_is_an_error_and_never_cut(int length, bool fits)
    {
        using var data = JsonDocument.Parse($$"""{"long":"{{new string('x', length - 1)}}"}""");
        var errors = new ReportErrors();

        Assert.Equal(fits ? length : null, new TemplateRenderer(data.RootElement, Time).Text("{{ long }}.", "body", errors)?.Length);
        Assert.Equal(fits, errors.IsEmpty);
    }

    [Fact]
    public void All_texts_of_a_report_share_one_time_limit()
    {
        var time = new FakeTimeProvider();
        using var data = JsonDocument.Parse("{}");
        var (renderer, errors) = (new TemplateRenderer(data.RootElement, time), new ReportErrors());

        Assert.Equal("a", renderer.Text("a", "body", errors));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(renderer.Text("a", "body", errors));
        Assert.Contains("5 s", errors.ByField()["body"][0], StringComparison.Ordinal);
    }

    [Fact]
    public void What_one_text_sets_another_does_not_see()
    {
        var (renderer, errors) = (Renderer(), new ReportErrors());

        Assert.Equal("1", renderer.Text("{{ region = 1 }}{{ region }}", "title", errors)!.Trim());
        Assert.Equal("North & <South>", renderer.Text("{{ region }}", "body", errors));
    }

    [Fact]
    public void No_value_changes_the_structure_of_a_card()
    {
        using var card = JsonDocument.Parse("""{"type":"AdaptiveCard","body":[{"type":"TextBlock","text":"{{ evil }}","wrap":true}]}""");
        using var data = JsonDocument.Parse("""{"evil":"\"},{\"type\":\"Media\"}"}""");

        var filled = new TemplateRenderer(data.RootElement, Time).Card(card.RootElement, "card", new())!;

        Assert.Equal("\"},{\"type\":\"Media\"}", (string?)filled["body"]![0]!["text"]);
        Assert.Single(filled["body"]!.AsArray());
    }

    private static TemplateRenderer Renderer()
    {
        using var data = JsonDocument.Parse("""{"region":"North & <South>","rows":[{"name":"a","value":1},{"name":"b","value":2.50}]}""");
        return new(data.RootElement.Clone(), Time);
    }

    private static ReportContent.Table Table(string json)
    {
        var errors = new ReportErrors();
        var table = TableReader.Read(JsonSerializer.Deserialize<TableRequest>(json, JsonSerializerOptions.Web)!, errors);
        Assert.Empty(errors.ByField());
        return table!;
    }
}
