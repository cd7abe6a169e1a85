using System.Net;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Grpc.Sidecar;

/// <summary>Section <c>Sidecar</c>: task hubs for workers and clients of any Durable Task SDK, over gRPC.</summary>
public sealed class SidecarOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Sidecar";

    /// <summary>Gets or sets a value indicating whether the sidecar is served.</summary>
    /// <value>The default is false.</value>
    public bool Enabled { get; set; }

    /// <summary>Gets or sets the address to listen on; one that is not loopback needs <see cref="Authority"/>.</summary>
    /// <value>The default is 127.0.0.1.</value>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Gets or sets the port; 0 takes a free one.</summary>
    /// <value>The default is 4001, where Durable Task SDKs look for a sidecar.</value>
    public int Port { get; set; } = 4001;

    /// <summary>Gets the names of the hubs that are there from the start.</summary>
    public IList<string> Hubs { get; } = [];

    /// <summary>Gets or sets a value indicating whether a hub is made when a client first names it.</summary>
    /// <value>The default is false; a host in Development sets true.</value>
    public bool CreateHubs { get; set; }

    /// <summary>Gets or sets the hub of a caller who names none in the metadata <c>taskhub</c>.</summary>
    /// <value>The default is <c>default</c>.</value>
    public string DefaultHub { get; set; } = "default";

    /// <summary>Gets or sets the largest message taken, in bytes.</summary>
    /// <value>The default is 16 MiB. What clients take is their own setting, 4 MiB as a rule.</value>
    public int MaxMessageBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Gets or sets how long a history may be before workers that can stream it have to, in bytes.</summary>
    /// <value>The default is 1 MiB.</value>
    public int StreamHistoryFromBytes { get; set; } = 1024 * 1024;

    /// <summary>Gets or sets how many turns, and how many activities, a worker gets that does not say how many it takes.</summary>
    /// <value>The default is 100 of each.</value>
    public int DefaultConcurrency { get; set; } = 100;

    /// <summary>Gets or sets how long a worker may keep a turn before it is given to another one.</summary>
    /// <value>The default is 5 minutes. The third worker that keeps it for so long is the last: the instance fails.</value>
    public TimeSpan TurnTimeLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets how long a stream of work is silent before the worker is sent a sign of life.</summary>
    /// <value>The default is 20 seconds.</value>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Gets or sets the PEM file of the TLS certificate; null: no TLS.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>Gets or sets the PEM file of the certificate's key; null: it stands in <see cref="CertificateFile"/>.</summary>
    public string? CertificateKeyFile { get; set; }

    /// <summary>Gets or sets the OpenID Connect authority whose bearer tokens are asked for; null: nobody is asked.</summary>
    public Uri? Authority { get; set; }

    /// <summary>Gets or sets what the tokens must be made for.</summary>
    /// <value>The default is <c>https://durabletask.io</c>, as for Durable Task Scheduler.</value>
    public string Audience { get; set; } = "https://durabletask.io";

    /// <summary>Gets the engine's settings for each hub.</summary>
    public TaskHubOptions TaskHub { get; } = new() { MaxConcurrentActivities = 100_000 };

    /// <summary>Finds settings that cannot work.</summary>
    /// <returns>Each begins with the setting's name and says what it may be; none: all is well.</returns>
    public IEnumerable<string> Problems()
    {
        if (!IPAddress.TryParse(Address, out var address))
        {
            yield return $"{nameof(Address)} must be an IP address; it is '{Address}'.";
        }
        else if (!IPAddress.IsLoopback(address) && Authority is null)
        {
            yield return $"{nameof(Address)} is not loopback, so {nameof(Authority)} must say whose bearer tokens are asked for.";
        }

        foreach (var name in Hubs.Append(DefaultHub).Where(static name => !SidecarHubs.IsName(name)))
        {
            yield return $"{nameof(Hubs)}: '{name}' is no name of a hub: 1 to 64 letters, digits, '-' and '_'.";
        }

        if (Port is < 0 or > 65_535)
        {
            yield return $"{nameof(Port)} must be 0 to 65535; it is {Port}.";
        }

        foreach (var (name, value) in ((string, int)[])[
            (nameof(MaxMessageBytes), MaxMessageBytes), (nameof(StreamHistoryFromBytes), StreamHistoryFromBytes), (nameof(DefaultConcurrency), DefaultConcurrency)])
        {
            if (value < 1)
            {
                yield return $"{name} must be at least 1; it is {value}.";
            }
        }

        foreach (var (name, value) in ((string, TimeSpan)[])[(nameof(TurnTimeLimit), TurnTimeLimit), (nameof(PingInterval), PingInterval)])
        {
            if (value <= TimeSpan.Zero)
            {
                yield return $"{name} must be more than zero; it is {value}.";
            }
        }

        foreach (var problem in TaskHub.Problems())
        {
            yield return $"{nameof(TaskHub)}:{problem}";
        }
    }
}
