using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Tests.Data;

/// <summary>Texts that are longer than their columns.</summary>
public sealed class ColumnTextTests
{
    [Theory]
    [InlineData("ab", "ab")]
    [InlineData("abc", "abc")]
    [InlineData("abcd", "abc")]
    [InlineData("a😀d", "a😀")]
    [InlineData("ab😀", "ab")]
    public void A_text_is_cut_before_a_character_and_not_within_it(string text, string cut) => Assert.Equal(cut, ColumnText.Cut(text, 3));

    [Theory]
    [InlineData(998, 1_000)]
    [InlineData(999, 999)]
    public void The_note_of_an_event_of_a_connection_is_cut_so_that_every_database_takes_it(int before, int length)
    {
        var row = new ConnectionEventRow
        {
            Id = Guid.NewGuid(),
            ConnectionId = "finance-posts",
            At = DateTimeOffset.UnixEpoch,
            Kind = ConnectionEventKind.Changed,
            Actor = "olivia",
            Note = new string('a', before) + "😀😀",
        };

        Assert.Equal(length, row.Note.Length);
        Assert.False(char.IsHighSurrogate(row.Note[^1]));
    }
}
