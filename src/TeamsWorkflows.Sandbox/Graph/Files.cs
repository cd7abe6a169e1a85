using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>Files of a channel: its folder, a small upload, and reading back.</summary>
internal static class Files
{
    private static readonly SearchValues<char> ForbiddenInNames = SearchValues.Create("\"*:<>?\\|");

    public static Reply Folder(GraphCall call)
    {
        var (teamId, channelId) = (call.Route("teamId"), call.Route("channelId"));
        if (TeamAccess.Check(call, teamId, channelId) is { } error)
        {
            return error.ToReply(call.Exchange);
        }

        var folder = FolderOf(call.Tenant, call.Tenant.FindTeam(teamId)!, call.Tenant.FindChannel(teamId, channelId)!);
        return Reply.OfJson(200, new JsonObject
        {
            ["@odata.context"] = GraphCall.Context($"teams('{teamId}')/channels('{Uri.EscapeDataString(channelId)}')/filesFolder/$entity"),
            ["id"] = folder.Id,
            ["name"] = folder.Name,
            ["webUrl"] = folder.WebUrl,
            ["size"] = 0,
            ["parentReference"] = new JsonObject { ["driveId"] = folder.DriveId, ["driveType"] = "documentLibrary" },
            ["folder"] = new JsonObject { ["childCount"] = call.Tenant.Read(state => state.Files.Count(file => file.FolderId == folder.Id)) },
        });
    }

    public static async Task<Reply> PutAsync(GraphCall call)
    {
        if (Locate(call) is not { Name: { Length: > 0 } name, IsContent: true } target || !IsPath(name))
        {
            return new GraphError(400, "invalidRequest", "The provided path does not exist, or does not represent a valid name.").ToReply(call.Exchange);
        }

        if (AccessError(call, target.Folder) is { } error)
        {
            return error.ToReply(call.Exchange);
        }

        using var content = new MemoryStream();
        await call.Exchange.Http.Request.Body.CopyToAsync(content, call.Exchange.Aborted);
        var id = FileId(target.Folder!.Id, name);
        var contentType = call.Exchange.Http.Request.ContentType ?? "application/octet-stream";
        var (stored, isNew) = call.Tenant.Commit<(StoredFile, bool)>(state =>
        {
            var older = state.Files.Find(file => file.Id == id);
            var file = new StoredFile(
                id, target.Folder.DriveId, target.Folder.Id, name, contentType, content.ToArray(),
                call.User?.Id ?? call.Token.App.ObjectId, call.Now, (older?.Version ?? 0) + 1);
            return ([new FileStored(file)], (file, older is null));
        });
        return Reply.OfJson(isNew ? 201 : 200, Write(stored, target.Folder));
    }

    public static Reply Get(GraphCall call)
    {
        var target = Locate(call);
        var folder = target.Folder;
        if (AccessError(call, folder) is { } error)
        {
            return error.ToReply(call.Exchange);
        }

        var id = target.Name is { } name ? FileId(folder!.Id, name) : target.ItemId;
        if (call.Tenant.Read(state => state.Files.Find(file => file.Id == id)) is not { } found)
        {
            return new GraphError(404, "itemNotFound", "The resource could not be found.").ToReply(call.Exchange);
        }

        return target.IsContent
            ? new Reply { Status = 200, ContentType = found.ContentType, Body = found.Content }
                .With("Content-Disposition", "attachment").With("X-Content-Type-Options", "nosniff")
            : Reply.OfJson(200, Write(found, folder!));
    }

    // Folders on the way are made by the service.
    private static bool IsPath(string name) => Array.TrueForAll(
        name.Split('/'), part => part.Length > 0 && part.Trim(' ', '.') == part && !part.AsSpan().ContainsAny(ForbiddenInNames));

    private static GraphError? AccessError(GraphCall call, ChannelFolder? folder) =>
        folder is null ? new GraphError(404, "itemNotFound", "The resource could not be found.")
        : call.User is { } user && !call.Tenant.IsMember(folder.TeamId, user.Id)
            ? new GraphError(403, "accessDenied", "Access denied")
            : null;

    /// <summary>Reads "{item}", "{item}/content", "{folder}:/{name}:/content" and "root:/{channel}/{name}:/content".</summary>
    private static FileTarget Locate(GraphCall call)
    {
        const string content = "/content";
        var path = call.Route("path");
        var isContent = path.EndsWith(content, StringComparison.OrdinalIgnoreCase);
        path = (isContent ? path[..^content.Length] : path).TrimEnd(':');
        var folders = call.Tenant.Read(state => state.Identity.Teams.SelectMany(team =>
                state.Channels[team.Id].Select(channel => FolderOf(call.Tenant, team, channel))).ToArray())
            .Where(folder => folder.DriveId == call.Route("driveId")).ToArray();
        var colon = path.IndexOf(":/", StringComparison.Ordinal);
        if (colon < 0)
        {
            var file = call.Tenant.Read(state => state.Files.Find(file => file.Id == path));
            return new FileTarget(Array.Find(folders, folder => folder.Id == file?.FolderId), path, null, isContent);
        }

        var (item, name) = (path[..colon], path[(colon + 2)..]);
        if (item.Equals("root", StringComparison.OrdinalIgnoreCase) && name.Split('/', 2) is [var channelName, var rest])
        {
            return new FileTarget(Array.Find(folders, folder => folder.Name == channelName), item, rest, isContent);
        }

        return new FileTarget(Array.Find(folders, folder => folder.Id == item), item, name, isContent);
    }

    private static ChannelFolder FolderOf(TenantStore tenant, TeamIdentity team, ChannelIdentity channel) => new(
        $"01{Hash($"folder {channel.Id}", 20).ToUpperInvariant()}",
        $"b!{Hash($"drive {team.Id}", 40)}",
        team.Id,
        channel.DisplayName,
        $"https://{tenant.Identity.Domain.Split('.')[0]}.sharepoint.com/sites/{Uri.EscapeDataString(team.DisplayName)}"
            + $"/Shared%20Documents/{Uri.EscapeDataString(channel.DisplayName)}");

    private static string FileId(string folderId, string name) =>
        $"01{Hash($"file {folderId} {name.ToUpperInvariant()}", 20).ToUpperInvariant()}";

    private static JsonObject Write(StoredFile file, ChannelFolder folder) => new()
    {
        ["@odata.context"] = GraphCall.Context($"drives('{Uri.EscapeDataString(folder.DriveId)}')/items/$entity"),
        ["id"] = file.Id,
        ["name"] = file.Name.Split('/')[^1],
        ["size"] = file.Content.Length,
        ["eTag"] = string.Create(
            CultureInfo.InvariantCulture, $"\"{{{UniqueId(file)}}},{file.Version}\""),
        ["cTag"] = string.Create(CultureInfo.InvariantCulture, $"\"c:{{{UniqueId(file)}}},{file.Version}\""),
        ["webUrl"] = $"{folder.WebUrl}/{string.Join('/', file.Name.Split('/').Select(Uri.EscapeDataString))}",
        ["lastModifiedDateTime"] = file.ModifiedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        ["file"] = new JsonObject { ["mimeType"] = file.ContentType },
        ["parentReference"] = new JsonObject { ["driveId"] = file.DriveId, ["id"] = file.FolderId, ["driveType"] = "documentLibrary" },
    };

    /// <summary>The GUID inside the eTag: what a message's file attachment uses as its id.</summary>
    private static string UniqueId(StoredFile file) =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(file.Id)).AsSpan(0, 16)).ToString("D").ToUpperInvariant();

    private static string Hash(string text, int length) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))
        .Replace('-', 'x').Replace('_', 'y')[..length];

    private sealed record ChannelFolder(string Id, string DriveId, string TeamId, string Name, string WebUrl);

    private sealed record FileTarget(ChannelFolder? Folder, string ItemId, string? Name, bool IsContent);
}
