using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.Server.Development;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>The process around the server: says in plain lines why it does not start, and ends with a code that tells.</summary>
internal static class ServerProcess
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is [HealthProbe.Command, .. var probed])
        {
            return await HealthProbe.RunAsync(probed, System.Console.Out);
        }

        try
        {
            await using var server = await ServerApplication.CreateAsync(args, CancellationToken.None);
            await server.StartAsync(CancellationToken.None);
            await Welcome.SayAsync(server, System.Console.Out);
            return await server.WaitForShutdownAsync();
        }
        catch (StartRefusedException e)
        {
            return await RefuseAsync(e.ExitCode, e.Message);
        }
        catch (OptionsValidationException e)
        {
            return await RefuseAsync(ExitCodes.InvalidConfiguration, Lines(e));
        }
        catch (AggregateException e) when (e.InnerExceptions.All(static inner => inner is OptionsValidationException))
        {
            return await RefuseAsync(
                ExitCodes.InvalidConfiguration,
                string.Join('\n', e.InnerExceptions.Cast<OptionsValidationException>().Select(Lines)));
        }
        catch (PartitionOwnedException e)
        {
            return await RefuseAsync(ExitCodes.DataFolderInUse, e.Message);
        }
        catch (Exception e) when (e is IncompatibleStoreException or CorruptStoreException)
        {
            return await RefuseAsync(ExitCodes.TaskHubUnusable, e.Message);
        }
        catch (Exception e) when (IsAddressInUse(e))
        {
            return await RefuseAsync(
                ExitCodes.AddressInUse,
                $"{e.Message} Stop what listens there, or choose another address (Urls, Sandbox:HttpsPort, Sandbox:HttpPort, Sandbox:SmtpPort).");
        }
    }

    /// <summary>Names each configuration key once: the validators know their properties, and not their section.</summary>
    public static string Lines(OptionsValidationException invalid)
    {
        ArgumentNullException.ThrowIfNull(invalid);

        const string suffix = "Options";
        var type = invalid.OptionsType.Name;
        var prefix = type.EndsWith(suffix, StringComparison.Ordinal) ? type[..^suffix.Length] + ":" : "";
        return string.Join('\n', invalid.Failures.Select(failure => prefix + failure.Replace(type + ".", prefix, StringComparison.Ordinal)));
    }

    private static bool IsAddressInUse(Exception e)
        => e is AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }
            || (e.InnerException is { } inner && IsAddressInUse(inner));

    private static async Task<int> RefuseAsync(int exitCode, string lines)
    {
        foreach (var line in lines.Split('\n'))
        {
            await System.Console.Error.WriteLineAsync($"teamsworkflows: {line}");
        }

        return exitCode;
    }
}
