namespace TeamsWorkflows.Server.Hosting;

/// <summary>What the process says when it ends; supervisors branch on these.</summary>
internal static class ExitCodes
{
    public const int Stopped = 0;

    /// <summary>Of <see cref="HealthProbe"/>: the server that was asked is not ready.</summary>
    public const int NotReady = 1;

    public const int InvalidConfiguration = 2;
    public const int DataFolderInUse = 3;
    public const int AddressInUse = 4;

    /// <summary>The task hub's file is damaged, or of a newer release: starting again does not help.</summary>
    public const int TaskHubUnusable = 5;

    /// <summary>The database does not answer, or refuses: start the process again later.</summary>
    public const int DatabaseOutOfReach = 6;

    /// <summary>The task hub cannot go on: start the process again (sysexits' EX_SOFTWARE).</summary>
    public const int TaskHubFault = 70;
}
