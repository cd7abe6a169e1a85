using System.Text.Json.Serialization.Metadata;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Ways;

/// <summary>One way out: what a destination of its kind needs, what it would get, and by which activities it gets it.</summary>
/// <remarks>
/// Pure: rendering and planning read nothing and send nothing. What sends is the way's activities, named in the plan and
/// registered beside it. A new way is a file with its destination, its way and its activities, and its lines in
/// <see cref="WayBook"/>, <see cref="DestinationJson"/> and the registration.
/// </remarks>
internal abstract class Way
{
    /// <summary>Gets the word for it in JSON.</summary>
    public abstract string Kind { get; }

    public abstract JsonTypeInfo JsonType { get; }

    /// <summary>Gets a value indicating whether reports of one thread find together there.</summary>
    public virtual bool HasThreads => false;

    public abstract bool Takes(Destination destination);

    /// <summary>Adds what is wrong with the destination, by field.</summary>
    public abstract void Validate(Destination destination, WayCheck check);

    /// <summary>Makes what is really sent.</summary>
    public abstract Rendering Render(Destination destination, ReportDocument report, Envelope envelope);

    /// <summary>Says which activities bring it there, in which order.</summary>
    public abstract DeliveryPlan Plan(Destination destination, ReportDocument report);

    /// <summary>Says where in the channel's folder a file of the report goes.</summary>
    /// <param name="number">0: the report itself; from 1: its attachments, in their order.</param>
    public virtual string FilePath(Destination destination, ReportDocument report, int number, Guid marker)
        => ChannelFiles.NameOf(report, number, marker);

    /// <summary>Notes in the ledger's row what people and other parts of the product look for.</summary>
    public virtual void Note(Destination destination, DeliveryRow row)
    {
    }
}

/// <summary>A way of one kind of destination.</summary>
internal abstract class Way<T> : Way
    where T : Destination
{
    public sealed override bool Takes(Destination destination) => destination is T;

    public sealed override void Validate(Destination destination, WayCheck check) => Validate((T)destination, check);

    public sealed override Rendering Render(Destination destination, ReportDocument report, Envelope envelope)
        => Render((T)destination, report, envelope);

    public sealed override DeliveryPlan Plan(Destination destination, ReportDocument report) => Plan((T)destination, report);

    public sealed override void Note(Destination destination, DeliveryRow row) => Note((T)destination, row);

    protected abstract void Validate(T destination, WayCheck check);

    protected abstract Rendering Render(T destination, ReportDocument report, Envelope envelope);

    protected abstract DeliveryPlan Plan(T destination, ReportDocument report);

    protected virtual void Note(T destination, DeliveryRow row)
    {
    }
}

/// <summary>What a destination is checked against.</summary>
/// <param name="Path">The destination's place in the request, such as <c>destinations[0]</c>.</param>
/// <param name="MaySend">Whether reports may be sent out of a mailbox by an application's connection.</param>
/// <param name="Report">Null when the report itself could not be read.</param>
internal sealed record WayCheck(
    string Path,
    IReadOnlyDictionary<string, ConnectionRow> Connections,
    Predicate<string> MaySend,
    ReportDocument? Report,
    ReportErrors Errors)
{
    public void Add(string field, string message) => Errors.Add($"{Path}.{field}", message);

    /// <summary>Checks that there is such a connection, and that its auth model can do the operation at all.</summary>
    public void RequireConnection(string? id, Operation operation)
    {
        if (id is null || !Connections.TryGetValue(id, out var connection))
        {
            Errors.AddOfConnection($"{Path}.connection", Connections.Count == 0
                ? "No connection is configured yet."
                : $"There is no such connection. Known: {string.Join(", ", Connections.Keys.Order(StringComparer.Ordinal))}.");
        }
        else if (Capabilities.WhyNot(connection.AuthModel, operation) is { } reason)
        {
            Errors.AddOfConnection($"{Path}.connection", reason);
        }
    }

    /// <summary>Checks that a connection asks for a scope that an operation needs; refused only by Graph, it would stop for all its reports.</summary>
    /// <param name="what">The part of the report or destination that needs it, as the beginning of a sentence.</param>
    public void RequireScope(string? id, Operation operation, string what)
    {
        if (id is not null && Connections.TryGetValue(id, out var connection)
            && connection.AuthModel == AuthModel.DelegatedUser
            && !Capabilities.IsAskedFor(operation, connection.Scopes.Split(' ')))
        {
            Errors.AddOfConnection(
                Path,
                $"{what}, and the scopes of the connection '{id}' lack {Capabilities.AnyScopeOf(operation)[0]}. Add the scope and its consent.");
        }
    }

    /// <summary>Checks that a connection may upload files; refused only by Graph, it would stop for all its reports.</summary>
    /// <param name="needsFiles">Asked only if it may not.</param>
    public void RequireUploads(string? id, Func<ReportDocument, bool> needsFiles)
    {
        if (id is not null && Connections.TryGetValue(id, out var connection)
            && !Capabilities.IsAskedFor(Operation.UploadFile, connection.Scopes.Split(' '))
            && Report is { } report && needsFiles(report))
        {
            Errors.AddOfConnection(
                Path,
                "The report needs files in the channel's folder (attachments, or itself, as it is too large for a message), and the scopes of "
                + $"the connection '{id}' lack {Capabilities.AnyScopeOf(Operation.UploadFile)[0]}. Add the scope and its consent, or send less.");
        }
    }

    public void RequireTeam(string? teamId)
    {
        if (!Guid.TryParse(teamId, out _))
        {
            Add("teamId", "Give the team's identifier, a GUID.");
        }
    }

    public void RequireChannel(string? channelId)
    {
        if (channelId is not { Length: > 0 and <= 200 } || !channelId.Contains("@thread.", StringComparison.Ordinal))
        {
            Add("channelId", "Give the channel's identifier, such as 19:…@thread.tacv2.");
        }
    }

    /// <summary>Refuses files for a way that has no place for them.</summary>
    public void RefuseFiles(string instead)
    {
        if (Report is { Attachments.Count: > 0 })
        {
            Errors.Add(Path, $"This destination takes no attachments. {instead}");
        }
    }
}

/// <summary>What a message carries besides its report.</summary>
/// <param name="Marker">The delivery's key as a GUID: by it a read-back finds the message, and receivers drop repeats.</param>
/// <param name="Files">What was uploaded for it before; the report itself is number 0.</param>
/// <param name="Note">A sentence above the report, such as that it is late; null: none.</param>
internal sealed record Envelope(Guid Marker, IReadOnlyList<UploadedFile> Files, string? Note = null)
{
    public string Reference => DeliveryNames.Reference(Marker);
}

/// <summary>A file of a delivery where it now lies.</summary>
/// <param name="Number">0: the report itself; from 1: its attachments, in their order.</param>
/// <param name="ItemId">The GUID in the item's eTag, by which a message refers to it.</param>
internal sealed record UploadedFile(int Number, string Name, string ItemId, string WebUrl);

/// <summary>What is really sent: the bytes of the body, and the limit that they are held against.</summary>
/// <param name="Payload">As it goes over the wire.</param>
/// <param name="MaxBytes">The most that the other side takes, with our margin.</param>
/// <param name="Notes">What people should know about it, such as that the whole is in a file.</param>
internal sealed record Rendering(string ContentType, ReadOnlyMemory<byte> Payload, int MaxBytes, IReadOnlyList<string> Notes)
{
    public bool Fits => Payload.Length <= MaxBytes;
}
