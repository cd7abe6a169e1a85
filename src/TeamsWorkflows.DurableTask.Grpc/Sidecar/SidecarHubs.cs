using System.Text.RegularExpressions;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.DurableTask.Sqlite;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Grpc.Sidecar;

/// <summary>The hubs by name: each one a file of its own, none of them the product's.</summary>
/// <remarks>
/// Case does not tell names apart, as in the SDKs and on most of their users' disks: a hub is known, and its file made, in
/// lower case. A file of an earlier release keeps the name it has.
/// </remarks>
/// <param name="openStore">Opens a hub's store by the hub's name; null: its file.</param>
internal sealed partial class SidecarHubs(
    string folder,
    SidecarOptions options,
    ILoggerFactory loggers,
    TimeProvider time,
    Func<Guid> newGuid,
    Func<string, IPartitionStore>? openStore = null) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, SidecarHub> _open = new(StringComparer.Ordinal);

    /// <returns>Whether a name is one that a hub, and so a file, may have.</returns>
    public static bool IsName(string name) => Name().IsMatch(name);

    /// <summary>Opens what the configuration names, and what is there from before.</summary>
    /// <exception cref="IOException">Two files are one hub's: their names differ in case alone.</exception>
    public async Task OpenAsync()
    {
        Directory.CreateDirectory(folder);
        foreach (var name in options.Hubs.Select(Canonical).Concat(Stored().Select(static f => NameOf(f))).Distinct(StringComparer.Ordinal).ToArray())
        {
            await GetAsync(name, mayCreate: true);
        }
    }

    /// <exception cref="RpcException">There is no such hub.</exception>
    public Task<SidecarHub> GetAsync(string? name) => GetAsync(Checked(name), options.CreateHubs);

    /// <summary>Makes a hub; one that is there stays, unless it is to be made anew.</summary>
    /// <exception cref="RpcException">Hubs are not made by clients here, or it is there already.</exception>
    public async Task CreateAsync(string? name, bool recreate)
    {
        var hub = Checked(name);
        if (!options.CreateHubs && !Exists(hub))
        {
            throw NotAllowed();
        }

        if (recreate)
        {
            await DeleteAsync(hub);
        }

        await GetAsync(hub, mayCreate: true);
    }

    /// <summary>Removes a hub with everything in it.</summary>
    /// <exception cref="RpcException">Hubs are not removed by clients here.</exception>
    public async Task DeleteAsync(string? name)
    {
        var hub = Checked(name);
        if (!options.CreateHubs)
        {
            throw NotAllowed();
        }

        await _gate.WaitAsync();
        try
        {
            SidecarHub? open;
            lock (_open)
            {
                _open.Remove(hub, out open);
            }

            if (open is not null)
            {
                await open.DisposeAsync();
            }

            foreach (var file in Directory.EnumerateFiles(folder, $"{Path.GetFileName(FileOf(hub))}*").ToArray())
            {
                File.Delete(file);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <returns>The hubs that cannot go on, by name: their disk is gone, or the engine has a bug.</returns>
    public IReadOnlyList<string> Faulted()
    {
        lock (_open)
        {
            return [.. _open.Values.Where(static hub => hub.Worker.Fault.IsCompleted).Select(static hub => hub.Name).Order(StringComparer.Ordinal)];
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hub in _open.Values)
        {
            await hub.DisposeAsync();
        }

        _gate.Dispose();
    }

    private string Checked(string? name)
    {
        var hub = string.IsNullOrEmpty(name) ? options.DefaultHub : name;
        return IsName(hub) ? Canonical(hub) : throw new RpcException(new Status(
            StatusCode.InvalidArgument, $"'{hub}' is no name of a task hub: 1 to 64 letters, digits, '-' and '_'."));
    }

    private bool Exists(string name)
    {
        lock (_open)
        {
            return _open.ContainsKey(name);
        }
    }

    private async Task<SidecarHub> GetAsync(string name, bool mayCreate)
    {
        lock (_open)
        {
            if (_open.TryGetValue(name, out var hub))
            {
                return hub;
            }
        }

        await _gate.WaitAsync();
        try
        {
            lock (_open)
            {
                if (_open.TryGetValue(name, out var hub))
                {
                    return hub;
                }

                if (!mayCreate)
                {
                    throw new RpcException(new Status(StatusCode.NotFound, $"There is no task hub '{name}'. Name it in Sidecar:Hubs, or allow Sidecar:CreateHubs."));
                }

                var store = openStore?.Invoke(name)
                    ?? new SqlitePartitionStore(FileOf(name), loggers.CreateLogger<SqlitePartitionStore>());
                return _open[name] = new SidecarHub(name, store, loggers, time, newGuid, options);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private static string Canonical(string name) => name.ToLowerInvariant();

    private static string NameOf(string file) => Canonical(Path.GetFileNameWithoutExtension(file));

    private string[] Stored() => [.. Directory.EnumerateFiles(folder, "*.db").Where(static file => IsName(Path.GetFileNameWithoutExtension(file)))];

    private string FileOf(string name) => Stored().Where(file => NameOf(file) == name).ToArray() switch
    {
        [] => Path.Combine(folder, $"{name}.db"),
        [var file] => file,
        var files => throw new IOException(
            $"The files {string.Join(" and ", files.Order(StringComparer.Ordinal))} would be one task hub, '{name}': names of hubs that differ in case alone are the same. Move all but one away."),
    };

    private static RpcException NotAllowed() => new(new Status(
        StatusCode.PermissionDenied, "Task hubs are named in the configuration here (Sidecar:Hubs); Sidecar:CreateHubs would let clients make and remove them."));

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$", RegexOptions.NonBacktracking, 1000)]
    private static partial Regex Name();
}
