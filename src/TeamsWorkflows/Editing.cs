using System.Globalization;
using System.Text.RegularExpressions;

namespace TeamsWorkflows;

/// <summary>Who works on schedules and intakes.</summary>
/// <param name="Publisher">Whose reports this person or program hands over.</param>
/// <param name="Name">For the record.</param>
/// <param name="MayChangeAll">Whether those of others, too: an administrator.</param>
public sealed record Editor(string Publisher, string Name, bool MayChangeAll);

/// <summary>Which version a caller thinks to change.</summary>
/// <param name="IfMatch">The ETag that it has seen; null: none.</param>
/// <param name="OnlyNew">Whether it means to create one.</param>
public sealed record Precondition(string? IfMatch, bool OnlyNew);

/// <summary>Why something is not changed.</summary>
public enum EditRefusal
{
    /// <summary>There is one of that name, and the caller did not say which version it has seen.</summary>
    PreconditionMissing,

    /// <summary>It is another version than the caller has seen, or there is none, or there is one already.</summary>
    PreconditionFailed,

    /// <summary>The name belongs to somebody else.</summary>
    NameTaken,

    /// <summary>The configuration defines it, and would overwrite the change.</summary>
    OfConfiguration,
}

/// <summary>Who made something that hands reports over, or changed it, by all names that are known: with four eyes, none of them may approve.</summary>
internal static class EditAuthors
{
    /// <param name="stored">As they are stored, or as <see cref="OfOlder"/> has them; null: of something new.</param>
    public static string[] Of(string? stored) => WorkflowJson.Read<string[]>(stored) ?? [];

    /// <summary>Names the authors of what an older release made, which kept nobody but these.</summary>
    /// <returns>As they are stored.</returns>
    public static string OfOlder(params string[] names) => Write(names);

    /// <returns>All of them and the editor, as they are stored.</returns>
    public static string With(string? stored, Editor editor)
        => Write([.. Of(stored), editor.Name, editor.Publisher]);

    /// <summary>Whom an editor has to reckon with who looks at something, or changes it. Those of what is somebody else's are nobody's business.</summary>
    /// <param name="publisher">Whose it is; null: it is new.</param>
    /// <param name="stored">As <see cref="Of"/> takes them.</param>
    public static string[] Facing(Editor editor, string? publisher, string? stored)
        => Of(With(editor.MayChangeAll || publisher == editor.Publisher ? stored : null, editor));

    private static string Write(IEnumerable<string> names) => WorkflowJson.Write(names.DistinctBy(Approvals.Person.Key, StringComparer.Ordinal).ToArray());
}

internal static partial class EditRules
{
    /// <summary>Says what names things have that people make here: they stand in addresses.</summary>
    public const string NameRule = "Use 1 to 64 lower-case letters, digits and dashes";

    /// <summary>Whether something may be called so.</summary>
    public static bool IsName(string name) => NamePattern().IsMatch(name);

    /// <summary>Names a version: another one of the same name, made later, has another tag.</summary>
    public static string ETag(Guid uid, long version) => string.Create(CultureInfo.InvariantCulture, $"\"{uid.ToString("N")[..12]}-{version}\"");

    /// <param name="publisher">Whose it is; null: there is none of that name.</param>
    /// <param name="etag">Its version.</param>
    /// <returns>Null: it may be changed, or created.</returns>
    public static EditRefusal? WhyNot(string? publisher, string? etag, Precondition precondition, Editor editor) =>
        publisher is null ? precondition.IfMatch is null ? null : EditRefusal.PreconditionFailed
        : !editor.MayChangeAll && publisher != editor.Publisher ? EditRefusal.NameTaken
        : precondition.OnlyNew ? EditRefusal.PreconditionFailed
        : precondition.IfMatch is null ? EditRefusal.PreconditionMissing
        : precondition.IfMatch == etag ? null
        : EditRefusal.PreconditionFailed;

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();
}
