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
}
