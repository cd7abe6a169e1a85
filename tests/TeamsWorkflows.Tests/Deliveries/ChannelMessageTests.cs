using System.Text;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Http;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Reports.Content;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>What a preview shows, and a size is counted of, is what the SDK writes.</summary>
public sealed class ChannelMessageTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Requirement", "B14")]
    public void The_bytes_that_are_counted_are_those_that_the_SDK_sends(bool mentions)
    {
        ReportDocument report = new(
            "Sales", "Month end", ReportContent.Load(ReportFormat.Text, "Up by 4 %"), MessageImportance.High,
            mentions ? [new(Guid.NewGuid(), "Olivia")] : [], []);
        Envelope envelope = new(Guid.NewGuid(), []);
        using OutboundHttp http = new(Options.Create(new OutboundOptions()));
        using GraphClients clients = new(http, Options.Create(new GraphOptions()), TimeProvider.System);
        using var graph = clients.Create("a token");

        using var writer = graph.RequestAdapter.SerializationWriterFactory.GetSerializationWriter("application/json");
        writer.WriteObjectValue(null, ChannelMessage.Build(report, envelope));
        using var sent = new StreamReader(writer.GetSerializedContent());

        Assert.Equal(Encoding.UTF8.GetString(ChannelMessage.Render(report, envelope).Payload.Span), sent.ReadToEnd());
    }

    [Theory]
    [InlineData(ReportFormat.Markdown)]
    [InlineData(ReportFormat.Text)]
    [InlineData(ReportFormat.Html)]
    public void Names_of_any_language_are_mentioned_where_the_text_says_so(ReportFormat format)
    {
        ReportDocument report = new(
            "Sales", "Sales", ReportContent.Load(format, "Up, @[Jörg O'Müller]."), MessageImportance.Normal,
            [new(Guid.NewGuid(), "Jörg O'Müller")], []);

        Assert.Contains("Up, <at id=\"0\">Jörg O'Müller</at>.", ChannelMessage.Build(report, new(Guid.NewGuid(), [])).Body!.Content, StringComparison.Ordinal);
        Assert.Contains("Up, @Jörg O'Müller.", report.PlainMentionsInHtml(report.Content.ToHtml()), StringComparison.Ordinal);
    }

    [Fact]
    public void No_two_files_of_a_report_have_the_same_name()
    {
        ReportDocument report = new(
            "Sales", "Sales", new ReportContent.Table(["a"], []), MessageImportance.Normal, [],
            [new("sales.csv", "text/csv", 1), new("a?.txt", "text/plain", 1), new("a*.txt", "text/plain", 1), new("b.txt", "text/plain", 1)]);
        var (marker, names) = (Guid.NewGuid(), new List<string>());
        for (var number = 0; number <= report.Attachments.Count; number++)
        {
            names.Add(ChannelFiles.NameOf(report, number, marker));
        }

        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.EndsWith(" b.txt", names[^1], StringComparison.Ordinal);
    }
}
