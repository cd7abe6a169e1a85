using System.Net;
using TeamsWorkflows.Fallback;

namespace TeamsWorkflows.Cases;

/// <summary>A case as a mail: what is broken, what to do, and where.</summary>
internal static class CaseMail
{
    /// <param name="key">The same for a repeat of this very mail, so that receivers can drop it.</param>
    /// <param name="prefix">What is new about the case, before the headline; empty in its first mail.</param>
    /// <param name="note">A sentence more; null: none.</param>
    public static Mail Compose(Case found, Uri publicAddress, IReadOnlyList<string> recipients, string key, string prefix = "", string? note = null)
    {
        var address = new Uri(publicAddress, $"cases/{found.Id}");
        var (headline, step) = CaseWords.For(found.Cause, found.Diagnosis, found.Username);
        var subject = $"{prefix}{headline}: {found.ConnectionName}";
        var text = $"""
            {subject}
            {(note is null ? "" : $"\n{note}\n")}
            {found.Diagnosis.Summary}
            What to do: {step}
            {address}

            Sure because: {found.Diagnosis.Rule} (confidence {found.Diagnosis.Confidence:P0})
            """;
        var html = $"""
            <h2>{WebUtility.HtmlEncode(subject)}</h2>
            {(note is null ? "" : $"<p>{WebUtility.HtmlEncode(note)}</p>")}
            <p>{WebUtility.HtmlEncode(found.Diagnosis.Summary)}</p>
            <p>What to do: {WebUtility.HtmlEncode(step)}</p>
            <p><a href="{WebUtility.HtmlEncode(address.AbsoluteUri)}">Open the case</a></p>
            <p><small>Sure because: {WebUtility.HtmlEncode(found.Diagnosis.Rule)} (confidence {found.Diagnosis.Confidence:P0})</small></p>
            """;
        return new(key, recipients, subject, text, html);
    }
}
