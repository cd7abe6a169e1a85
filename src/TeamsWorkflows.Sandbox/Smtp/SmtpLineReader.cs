using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace TeamsWorkflows.Sandbox.Smtp;

/// <summary>Reads CRLF lines of bounded length; pipelined commands wait in the pipe.</summary>
internal sealed class SmtpLineReader(PipeReader reader)
{
    /// <summary>Longest line taken, in bytes; SMTP itself asks for 1000.</summary>
    private const int LineLimit = 64 * 1024;

    /// <returns>Null at the end of the connection.</returns>
    /// <exception cref="InvalidDataException">A line is longer than anybody may send.</exception>
    public async Task<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = result.Buffer.Slice(0, end).ToArray();
                reader.AdvanceTo(result.Buffer.GetPosition(1, end));
                return line is [.., (byte)'\r'] ? line[..^1] : line;
            }

            if (result.Buffer.Length > LineLimit)
            {
                throw new InvalidDataException($"A line is longer than {LineLimit} bytes.");
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted)
            {
                return null;
            }
        }
    }

    public async Task<string?> ReadTextAsync(CancellationToken cancellationToken) =>
        await ReadAsync(cancellationToken) is { } line ? Encoding.UTF8.GetString(line) : null;
}
