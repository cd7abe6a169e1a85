using Microsoft.Graph;
using Microsoft.Graph.Models;

namespace TeamsWorkflows.Graph;

/// <summary>Files in the folder of a channel.</summary>
internal sealed class TeamsFiles(GraphCaller graph)
{
    public string NewRequestId() => graph.NewRequestId();

    /// <summary>Puts a file into the channel's folder, in place of one of the same path.</summary>
    /// <param name="path">The name, with the folders below the channel's own; those that are not there are made.</param>
    public Task<GraphResult<DriveItem>> PutAsync(
        string accessToken,
        string teamId,
        string channelId,
        string path,
        string contentType,
        byte[] content,
        string clientRequestId,
        CancellationToken cancellationToken)
        => graph.CallAsync(
            accessToken,
            async (client, record) =>
            {
                var folder = await client.Teams[teamId].Channels[channelId].FilesFolder.GetAsync(
                    request => GraphCaller.Mark(request, record, clientRequestId), cancellationToken);
                if (folder is not { Id: { } folderId, ParentReference.DriveId: { } driveId })
                {
                    return null;
                }

                using var bytes = new MemoryStream(content, writable: false);
                return await client.Drives[driveId].Items[folderId].ItemWithPath(path).Content.PutAsync(
                    bytes,
                    request =>
                    {
                        request.Headers.Add("Content-Type", contentType);
                        GraphCaller.Mark(request, record, clientRequestId);
                    },
                    cancellationToken);
            },
            clientRequestId,
            cancellationToken);
}
