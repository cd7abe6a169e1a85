using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace TeamsWorkflows.Server.Api.Reference;

/// <summary>Content that is kept compressed and sent so; whoever cannot take that has it unpacked on its way.</summary>
/// <param name="open">Opens what gzip made of the content, from its beginning.</param>
internal sealed class CompressedContent(Func<Stream> open, string type)
{
    private const string Packed = "gzip";

    /// <summary>Gets the content's version, which changes when it does.</summary>
    public string Version { get; } = VersionOf(open);

    public static CompressedContent Of(ReadOnlySpan<byte> content, string type)
    {
        using var packed = new MemoryStream();
        using (var packing = new GZipStream(packed, CompressionLevel.SmallestSize))
        {
            packing.Write(content);
        }

        var bytes = packed.ToArray();
        return new(() => new MemoryStream(bytes, writable: false), type);
    }

    public IResult Serve(HttpContext http, string cacheControl)
    {
        var takesPacked = http.Request.GetTypedHeaders().AcceptEncoding.Any(static e => e.Value == Packed && e.Quality is not 0);
        http.Response.Headers.CacheControl = cacheControl;
        http.Response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (takesPacked)
        {
            http.Response.Headers.ContentEncoding = Packed;
        }

        // Weak: one tag for both forms.
        return TypedResults.Stream(
            takesPacked ? open() : new GZipStream(open(), CompressionMode.Decompress), type, entityTag: new($"\"{Version}\"", isWeak: true));
    }

    private static string VersionOf(Func<Stream> open)
    {
        using var content = open();
        return Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 6));
    }
}
