using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Folders;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Tests.Reports;

/// <summary>Programs that speak no HTTP leave files.</summary>
public sealed class FolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("watched").FullName;

    [Fact]
    [Trait("Requirement", "R81")]
    public async Task Reports_tables_and_texts_are_taken_and_put_away()
    {
        await using var product = await StartAsync();
        Leave("sales.json", ReportJson.Write(product.Request("From a file")));
        Leave("figures.csv", "region,sales\nnorth,7\n");
        Leave("note.md", "\uFEFFSales were **up**.");
        Leave("readme.txt", "not for us");
        Leave(".hidden.json", "{}");

        Assert.Equal(3, await product.Get<FolderIntake>().LookAsync(default));
        var reports = await product.Database.ReadAsync(db => db.Reports.OrderBy(r => r.Title).ToListAsync(), default);
        Assert.Equal(["From a file", "figures", "note"], reports.Select(r => r.Title));
        Assert.Equal([ReportFormat.Markdown, ReportFormat.Table, ReportFormat.Markdown], reports.Select(r => r.Format));
        Assert.All(reports, r => Assert.Equal("watched-folder", r.Publisher));
        Assert.Equal(3, In("done").Length);
        Assert.Empty(In("processing"));
        Assert.Equal([".hidden.json", "readme.txt"], In(".").Select(Path.GetFileName).Order(StringComparer.Ordinal));

        var report = (await product.Reports.FindAsync(reports[0].Id, default))!;
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
    }

    [Fact]
    public async Task A_file_that_is_still_written_waits_until_it_rests()
    {
        await using var product = await StartAsync(("WatchedFolder:Settle", "00:00:10"));
        Leave("note.md", "half");
        File.SetLastWriteTimeUtc(Path.Combine(_folder, "note.md"), product.Time.GetUtcNow().UtcDateTime);
        Assert.Equal(0, await product.Get<FolderIntake>().LookAsync(default));
        product.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, await product.Get<FolderIntake>().LookAsync(default));
    }

    [Fact]
    [Trait("Requirement", "R89")]
    public async Task What_a_process_that_died_had_begun_is_taken_up_and_what_it_had_handed_over_is_not_handed_over_again()
    {
        await using var product = await StartAsync();
        Directory.CreateDirectory(Path.Combine(_folder, "processing"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "processing", "note.md"), "claimed, and no more");
        Assert.Equal(1, await product.Get<FolderIntake>().LookAsync(default));

        File.Move(Assert.Single(In("done")), Path.Combine(_folder, "processing", "note.md")); // as if it had died before it was put away
        Assert.Equal(1, await product.Get<FolderIntake>().LookAsync(default));
        Leave("note.md", "claimed, and no more"); // and somebody leaves the same once more
        Assert.Equal(1, await product.Get<FolderIntake>().LookAsync(default));
        Leave("note.md", "something else");
        Assert.Equal(1, await product.Get<FolderIntake>().LookAsync(default));

        Assert.Equal(2, await product.Database.ReadAsync(db => db.Reports.CountAsync(), default));
        Assert.Equal(2, In("done").Length);
    }

    [Theory]
    [InlineData("x.json", "{", "The file is no report")]
    [InlineData("x.json", """{"titel": "x"}""", "titel")]
    [InlineData("x.json", """{"title": "x"}""", "body: Give the report a body")]
    [InlineData("x.csv", "", "table.csv")]
    [InlineData("x.md", "\u00ff", "not UTF-8")]
    public async Task What_is_no_report_is_put_aside_with_the_reason_beside_it(string name, string content, string reason)
    {
        await using var product = await StartAsync();
        await File.WriteAllBytesAsync(Path.Combine(_folder, name), content == "\u00ff" ? [0xff] : System.Text.Encoding.UTF8.GetBytes(content));
        Age(name);
        Assert.Equal(1, await product.Get<FolderIntake>().LookAsync(default));

        var files = In("failed");
        var problem = JsonDocument.Parse(await File.ReadAllTextAsync(files.Single(f => f.EndsWith(".problem.json", StringComparison.Ordinal)))).RootElement;
        Assert.Contains(reason, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(content == "\u00ff" ? 1 : content.Length, new FileInfo(files.Single(f => !f.EndsWith(".problem.json", StringComparison.Ordinal))).Length);
        Assert.Equal(0, await product.Get<FolderIntake>().LookAsync(default));
    }

    [Fact]
    public async Task Links_are_not_followed_and_what_is_too_large_is_not_read()
    {
        await using var product = await StartAsync();
        var secret = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N") + ".md");
        await File.WriteAllTextAsync(secret, "a secret of the machine");
        File.CreateSymbolicLink(Path.Combine(_folder, "link.md"), secret);
        using (var large = File.Create(Path.Combine(_folder, "large.md")))
        {
            large.SetLength(FolderFile.MaxBytes + 1);
        }

        Age("large.md");
        Assert.Equal(1, await product.Get<FolderIntake>().LookAsync(default));
        Assert.Empty(await product.Database.ReadAsync(db => db.Reports.ToListAsync(), default));
        Assert.Equal(2, In("failed").Length);
        File.Delete(secret);
    }

    [Fact]
    public async Task A_folder_or_a_template_that_is_not_there_stops_the_start()
    {
        await using var product = await ProductHost.StartAsync(
            ("WatchedFolder:Path", Path.Combine(_folder, "none")));
        Assert.Contains("WatchedFolder:Path", Assert.Throws<OptionsValidationException>(() => product.Get<IOptions<FolderOptions>>().Value).Message, StringComparison.Ordinal);
        await using var other = await ProductHost.StartAsync(("WatchedFolder:Path", _folder), ("WatchedFolder:ReportFile", Path.Combine(_folder, "none.json")));
        Assert.Contains("WatchedFolder:ReportFile", Assert.Throws<OptionsValidationException>(() => other.Get<IOptions<FolderOptions>>().Value).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<ProductHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var template = Path.Combine(_folder, "..", Path.GetFileName(_folder) + ".template");
        var product = await ProductHost.StartAsync([("WatchedFolder:Path", _folder), ("WatchedFolder:ReportFile", template), .. settings]);
        await File.WriteAllTextAsync(template, ReportJson.Write(product.Request() with { Title = null, Body = null }));
        return product;
    }

    private void Leave(string name, string content)
    {
        File.WriteAllText(Path.Combine(_folder, name), content);
        Age(name);
    }

    private void Age(string name) => File.SetLastWriteTimeUtc(Path.Combine(_folder, name), DateTime.UtcNow.AddMinutes(-1));

    private string[] In(string folder) => Directory.Exists(Path.Combine(_folder, folder)) ? Directory.GetFiles(Path.Combine(_folder, folder)) : [];
}
