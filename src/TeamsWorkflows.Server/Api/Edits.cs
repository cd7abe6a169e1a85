using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Server.Access;

namespace TeamsWorkflows.Server.Api;

/// <summary>Changes of things that have a version: who makes them, and why not.</summary>
internal static class Edits
{
    public static Editor Editor(this ClaimsPrincipal caller) => new(caller.Publisher(), caller.Actor(), caller.MayAdminister());

    public static ProblemHttpResult WrongIfNoneMatch()
        => Problems.InvalidParameter("If-None-Match", "Send If-None-Match: * to create only what is not there, or leave it out.");

    public static ProblemHttpResult Refused(EditRefusal why, string what, string id) => why switch
    {
        EditRefusal.PreconditionMissing => Problems.Of(
            StatusCodes.Status428PreconditionRequired,
            "precondition-required",
            "Say which version you change",
            $"There is a {what} '{id}'. GET it, and send its ETag in the header If-Match."),
        EditRefusal.PreconditionFailed => Problems.Of(
            StatusCodes.Status412PreconditionFailed,
            "precondition-failed",
            "It is another version by now",
            $"The {what} '{id}' is not as you have seen it. GET it again, and decide anew."),
        EditRefusal.NameTaken => Problems.Of(
            StatusCodes.Status409Conflict, "name-taken", "The name is taken", $"Another publisher has a {what} '{id}'. Choose another name."),
        EditRefusal.OfConfiguration => Problems.Of(
            StatusCodes.Status409Conflict,
            "intake-of-configuration",
            "The configuration defines this intake",
            $"id: '{id}' is an entry of section Intakes. Change it there: it is made so at every start."),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
