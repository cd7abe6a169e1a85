using TeamsWorkflows.Doctor;

namespace TeamsWorkflows.Server.Tests;

/// <summary>What the doctor found, on its own page and on a connection's.</summary>
[Collection(nameof(SharedServer))]
public sealed class DoctorPageTests(ServerHost host)
{
    [Fact]
    [Trait("Requirement", "R93")]
    [Trait("Requirement", "R94")]
    public async Task The_doctor_looks_when_somebody_presses_the_button_and_at_no_other_time()
    {
        using var person = await ConsoleSession.SignInAsync(host, host.Tenant.Operator.UserName);
        var record = host.Server.Services.GetRequiredService<DoctorRecord>();

        var (all, address) = await person.SendAsync("/doctor", "/doctor");
        Assert.Equal("/doctor", address.AbsolutePath);
        Assert.Contains("The doctor has looked.", all, StringComparison.Ordinal);
        Assert.Contains("<a href=\"/connections/finance-posts\">finance-posts</a>", all, StringComparison.Ordinal);
        Assert.Contains("which is not Microsoft&#x27;s", all, StringComparison.Ordinal);
        Assert.Contains("<strong>What to do:</strong> Correct Entra:AuthorityHost", all, StringComparison.Ordinal);
        Assert.Contains("<strong>Clock</strong>", await person.ReadAsync("/doctor?result=good"), StringComparison.Ordinal);
        var found = await record.OfConnectionAsync("finance-posts", default);

        var page = await person.ReadAsync("/connections/finance-posts");
        Assert.Contains("which is not Microsoft&#x27;s", page, StringComparison.Ordinal);
        Assert.Contains("as it should be", page, StringComparison.Ordinal);
        await person.ReadAsync("/doctor");
        Assert.Equal(found, await record.OfConnectionAsync("finance-posts", default));

        var (again, back) = await person.SendAsync("/connections/finance-posts", "/connections/finance-posts/doctor");
        Assert.Equal("/connections/finance-posts", back.AbsolutePath);
        Assert.Contains("The doctor has looked.", again, StringComparison.Ordinal);
        Assert.NotEqual(found[0].FoundAt, (await record.OfConnectionAsync("finance-posts", default))[0].FoundAt);
    }

    [Theory]
    [InlineData("/doctor?result=good&skip=5000", "Nothing more here.")]
    [InlineData("/doctor?result=excellent&skip=-1", "<h1>Doctor</h1>")]
    public async Task Any_page_of_its_findings_is_shown(string path, string says)
    {
        using var person = await ConsoleSession.SignInAsync(host, host.Tenant.Operator.UserName);
        await person.SendAsync("/doctor", "/doctor");
        Assert.Contains(says, await person.ReadAsync(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_found_by_name_and_looks_at_no_connection_that_there_is_not()
    {
        using var person = await ConsoleSession.SignInAsync(host, host.Tenant.Operator.UserName);
        Assert.Contains("<a href=\"/doctor\"", await person.ReadAsync("/go?q=doc"), StringComparison.Ordinal);
        Assert.Equal(404, (await person.AskAsync("GET", "/connections/nobody")).Status);
        Assert.Equal(400, (await person.AskAsync("POST", "/doctor")).Status);
        Assert.Equal(400, (await person.AskAsync("POST", "/connections/nobody/doctor")).Status);
        Assert.Equal(404, await person.PostAsync("/doctor", "/doctor", "/connections/nobody/doctor"));
    }
}
