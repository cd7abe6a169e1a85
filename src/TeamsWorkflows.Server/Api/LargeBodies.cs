using Microsoft.AspNetCore.Http.Features;

namespace TeamsWorkflows.Server.Api;

/// <summary>Lets whoever announces a body that is too large get the answer.</summary>
/// <remarks>
/// Kestrel closes the connection while the rest of such a body is on its way: the sender's next write breaks, and many clients
/// report that in place of the answer. A body within the limit is read to its end after the answer, for five seconds at most.
/// So is one of up to <see cref="ApiOptions.LargestBodyBytes"/> here, and whoever wants to read it is refused as before.
/// </remarks>
internal sealed class LargeBodies(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false, MaxRequestBodySize: { } max } limit
            && http.Request.ContentLength is <= ApiOptions.LargestBodyBytes and var length && length > max)
        {
            limit.MaxRequestBodySize = ApiOptions.LargestBodyBytes;
            http.Request.Body = new RefusedBody();
        }

        return next(http);
    }

    private sealed class RefusedBody : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw Refusal();

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => throw Refusal();

        public override int Read(byte[] buffer, int offset, int count) => throw Refusal();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private static BadHttpRequestException Refusal() => new("The body is too large.", StatusCodes.Status413PayloadTooLarge);
    }
}
