namespace TeamsWorkflows.Cli.Api;

/// <summary>Says why something is out of reach, and what helps: the reason lies behind the exception that says so.</summary>
internal static class Unreached
{
    public static string Says(Uri address, HttpRequestException e) => e.HttpRequestError == HttpRequestError.SecureConnectionError
        ? $"The certificate of {address} is not trusted here: {e.GetBaseException().Message.TrimEnd('.')}. If its authority is not one of this machine's, give --trust FILE (login, profile set)."
        : $"{address} does not answer: {e.GetBaseException().Message}";
}
