using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace TeamsWorkflows.Server.Api;

/// <summary>A page of a list whose order changes with what people do: so many, after so many.</summary>
internal sealed record ListPaging(int Skip, int Limit)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 500;

    /// <returns>False when a number cannot be; <paramref name="problem"/> says which.</returns>
    public static bool TryRead(int? skip, int? limit, out ListPaging page, [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        (page, problem) = (new(skip ?? 0, limit ?? DefaultLimit), null);
        if (page.Limit is < 1 or > MaxLimit)
        {
            problem = Problems.InvalidParameter("limit", $"Give a number from 1 to {MaxLimit}.");
        }
        else if (page.Skip < 0)
        {
            problem = Problems.InvalidParameter("skip", "Give 0, or how many you have seen; next does.");
        }

        return problem is null;
    }

    /// <returns>The address of the page after this one; null: this is the last.</returns>
    public string? Next(string list, int found, bool? open, string? label = null)
    {
        var state = open is { } asked ? $"&open={(asked ? "true" : "false")}" : "";
        var labelled = label is null ? "" : $"&label={Uri.EscapeDataString(label)}";
        return found < Limit ? null : string.Create(CultureInfo.InvariantCulture, $"{Links.Root}/{list}?skip={Skip + found}&limit={Limit}{state}{labelled}");
    }
}
