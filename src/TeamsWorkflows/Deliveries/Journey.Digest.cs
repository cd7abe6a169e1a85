using TeamsWorkflows.Deliveries.Digests;

namespace TeamsWorkflows.Deliveries;

/// <content>The part of a delivery in a digest: it leads one, follows one, or goes by itself.</content>
internal sealed partial class Journey
{
    private bool _isGathered; // once: whoever comes out of a digest goes by itself

    /// <summary>Gets a value indicating whether others wait for its message.</summary>
    public bool LeadsDigest { get; private set; }

    /// <summary>Gets a value indicating whether its message may be there although nobody could confirm it.</summary>
    public bool IsInDoubt => _postedAt is not null;

    private bool WantsDigest => !_isGathered && IsPrepared && _postedAt is null && _plan.Post is nameof(PostChannelMessage) or nameof(PostChatMessage)
        && _input.Policies is { } policies && (policies.IsDigest || (IsLate && policies.Late == LateAction.Digest));

    // Null: it goes on, by itself or with what it has gathered.
    private async Task<DeliveryResult?> GatherAsync()
    {
        _isGathered = true;
        var place = await _context.CallActivityAsync<DigestPlace>(
            nameof(JoinDigest), new JoinDigestInput(_input.DeliveryId, Now + _input.Policies!.DigestWithin), Retries.ThroughOutages);
        if (place.LeaderId is not { } leader)
        {
            return null;
        }

        if (leader != _input.DeliveryId)
        {
            if (place.IsFull)
            {
                _context.SendEvent(DeliveryNames.InstanceOf(leader), DigestPlace.Full, payload: true);
            }

            _context.SetCustomStatus(new DeliveryProgress("in a digest", place.ClosesAt));
            return await FollowAsync();
        }

        LeadsDigest = true;
        _context.SetCustomStatus(new DeliveryProgress("gathering a digest", place.ClosesAt));
        var until = place.ClosesAt < NextTurningPoint ? place.ClosesAt : NextTurningPoint;
        using var over = new CancellationTokenSource();
        await Task.WhenAny(
            _context.WaitForExternalEvent<bool>(DigestPlace.Full, over.Token), _cancelled, _context.CreateTimer(until, over.Token));
        End(over);
        await _context.CallActivityAsync<bool>(nameof(CloseDigest), _input.DeliveryId, Retries.ThroughOutages);
        return null;
    }

    // Until the digest has ended; on the way the mail goes out, if it is due.
    private async Task<DeliveryResult?> FollowAsync()
    {
        const string pending = "It is in a message with other reports.";
        while (true)
        {
            var until = NextTurningPoint;
            using var over = new CancellationTokenSource();
            var ended = _context.WaitForExternalEvent<bool>(DigestPlace.Ended, over.Token);
            var timer = _context.CreateTimer(until, over.Token);
            var winner = await (_cancelled.IsCompleted ? Task.WhenAny(ended, timer) : Task.WhenAny(ended, _cancelled, timer));
            End(over);
            var isOver = winner == timer && until == _input.Deadline;
            if (winner == timer && !isOver)
            {
                await MailEarlyAsync(pending);
                if (!_mail.ReplacesPost)
                {
                    continue;
                }
            }

            var left = await _context.CallActivityAsync<LeftDigest>(nameof(LeaveDigest), _input.DeliveryId, Retries.ThroughOutages);
            switch (left.State)
            {
                case DigestState.Posted:
                    return await OnArrivedAsync(DeliveryState.Delivered);
                case DigestState.Released:
                    return isOver ? await FallBackAsync($"{pending} It did not get through in time.") : null;
                case DigestState.InDoubt:
                    _postedAt = Now;
                    return await FallBackAsync(pending);
                default: // under way: what becomes of it is waited for
                    if (isOver)
                    {
                        _postedAt = Now;
                        return await FallBackAsync($"{pending} It did not get through in time.");
                    }

                    break;
            }
        }
    }
}
