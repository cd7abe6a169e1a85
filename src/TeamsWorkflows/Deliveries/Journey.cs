using TeamsWorkflows.Connections;
using TeamsWorkflows.Deliveries.Flights;
using TeamsWorkflows.Deliveries.Pacing;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Deliveries;

/// <summary>Where a delivery stands. Rebuilt by replay; everything it depends on is in the history.</summary>
/// <remarks>Deliveries of older releases have no policies: for them it decides as those releases did.</remarks>
internal sealed partial class Journey
{
    // Each reconnect is a person's work: after so many that did not help this delivery, another one will not.
    private const int MaxReconnects = 3;

    private readonly TaskOrchestrationContext _context;
    private readonly DeliverToDestinationInput _input;
    private readonly DeliveryPlan _plan;
    private readonly FallbackMail _mail;
    private readonly Task<OperatorSaid> _cancelled;

    private int _attempts;
    private int _prepared; // steps of the plan that are done
    private int _posts; // whose outcome was unknown
    private int _reads; // since the last post
    private int _failures; // in a row, for the growing delay
    private int _reconnects;
    private int _reauthentications;
    private bool _isRenewed; // silently, since the last answer that was not about the token
    private bool _isRepeat; // an earlier post may be there
    private IReadOnlyList<PaceSlot>? _slots; // turns in the lines before the other side, for the next post
    private DateTimeOffset? _postedAt; // of the post that must be found before another is made

    public Journey(TaskOrchestrationContext context, DeliverToDestinationInput input)
    {
        (_context, _input) = (context, input);
        _plan = input.Plan ?? DeliveryPlan.Of(nameof(PostChannelMessage), nameof(ReconcileChannelMessage));
        _mail = new(context, input);
        _cancelled = context.WaitForExternalEvent<OperatorSaid>(OperatorSaid.Cancelled);
    }

    private DateTimeOffset Now => _context.CurrentUtcDateTime;

    private bool IsPrepared => _prepared == _plan.Before.Count;

    // When something else happens than waiting: the mail, or the end of patience.
    private DateTimeOffset NextTurningPoint => _mail.DueAt is { } due && due < _input.Deadline ? due : _input.Deadline;

    private bool IsLate => Now >= _input.Policies?.LateFrom;

    public async Task<DeliveryResult> RunAsync()
    {
        while (true)
        {
            if (await StepAsync() is { } result)
            {
                return result;
            }
        }
    }

    // Null: go on.
    private async Task<DeliveryResult?> StepAsync()
    {
        if (_postedAt is null && await EndEarlyAsync() is { } end)
        {
            return end;
        }

        var gathers = WantsDigest;
        var isPost = IsPrepared && _postedAt is null && !gathers;
        try
        {
            if (gathers)
            {
                return await GatherAsync();
            }

            var outcome = await (!IsPrepared ? PrepareAsync(_plan.Before[_prepared]) : isPost ? PostAsync() : ReadBackAsync());
            isPost = false; // it has an outcome
            return await DecideAsync(outcome);
        }
        catch (TaskFailedException e) when (e.TaskName != nameof(RecordDelivery)) // a decision that was made is not made again
        {
            _postedAt ??= isPost ? Now : null;
            return await FallBackAsync($"The delivery could not go on: {e.FailureDetails.ErrorMessage}");
        }
    }

    // While nothing is under way. Null: it is still wanted.
    private async Task<DeliveryResult?> EndEarlyAsync()
    {
        if (_cancelled.IsCompleted)
        {
            return await CancelAsync();
        }

        if (_mail.ReplacesPost)
        {
            return await EndAsync(DeliveryState.FellBack, $"{DeliveryNotes.Mailed(_mail.SentAt!.Value, Now)} It is not posted any more.");
        }

        return IsLate && _input.Policies is { Late: LateAction.Skip, AcceptedAt: var acceptedAt }
            ? await EndAsync(
                _mail.SentAt is null ? DeliveryState.Suppressed : DeliveryState.FellBack,
                $"{DeliveryNotes.Late(acceptedAt, Now)} Late messages of this report are not posted.")
            : null;
    }

    private Task<PostOutcome> PrepareAsync(PlannedStep step) => _context.CallActivityAsync<PostOutcome>(
        step.Activity, new AttemptInput(_input.DeliveryId, ++_attempts, Step: step.Number), Retries.Briefly);

    private Task<PostOutcome> PostAsync() => _context.CallActivityAsync<PostOutcome>(
        _plan.Post, new AttemptInput(_input.DeliveryId, ++_attempts, Note(), GiveUpAt: _input.Deadline, Slots: _slots), Retries.Briefly);

    private Task<PostOutcome> ReadBackAsync() => _context.CallActivityAsync<PostOutcome>(
        _plan.ReadBack!, new AttemptInput(_input.DeliveryId, ++_attempts, Since: _postedAt), Retries.Briefly);

    private string? Note()
    {
        string?[] notes =
        [
            _isRepeat ? DeliveryNotes.MayBeRepeat : null,
            _mail.SentAt is { } mailedAt ? DeliveryNotes.Mailed(mailedAt, Now) : null,
            IsLate ? DeliveryNotes.Late(_input.Policies!.AcceptedAt, Now) : null,
        ];
        var said = string.Join(' ', notes.Where(static n => n is not null));
        return said.Length == 0 ? null : said;
    }

    // Null: go on.
    private Task<DeliveryResult?> DecideAsync(PostOutcome outcome)
    {
        if (outcome is not (PostOutcome.AuthenticationFailed or PostOutcome.PermissionDenied))
        {
            _isRenewed = false;
        }

        return outcome switch
        {
            PostOutcome.Posted or PostOutcome.AlreadyPosted or PostOutcome.Taken => OnArrivedAsync(DeliveryState.Delivered),
            PostOutcome.HandedOver => OnArrivedAsync(DeliveryState.HandedOver),
            PostOutcome.Prepared => OnPreparedAsync(),
            PostOutcome.Behind o => OnBehindAsync(o.Reason),
            PostOutcome.RootGone => OnRootGoneAsync(),
            PostOutcome.PlaceGone => OnPlaceGoneAsync(),
            PostOutcome.OutcomeUnknown o when _postedAt is null && IsPrepared => OnUnknownAsync(o),
            PostOutcome.NotFound => OnNotFoundAsync(),
            PostOutcome.Paced o => OnPacedAsync(o),
            PostOutcome.Throttled { NotBefore: { } turn } o => OnStoppedAsync(turn, o),
            PostOutcome.Throttled o => BackOffAsync(o.RetryAfter, o.Diagnosis),
            PostOutcome.Unavailable o => BackOffAsync(o.RetryAfter, o.Diagnosis),
            PostOutcome.OutcomeUnknown o => BackOffAsync(o.Diagnosis.RetryAfter, o.Diagnosis), // of a read: nothing is lost by another
            PostOutcome.PermissionDenied { IsOfToken: false } o when _postedAt is not null && _input.Policies is not null => OnUnreadableAsync(o.Diagnosis),
            PostOutcome.AuthenticationFailed o => OnRefusedAsync(o.Diagnosis, o.Generation),
            PostOutcome.PermissionDenied o => OnRefusedAsync(o.Diagnosis, o.Generation),
            PostOutcome.Rejected o => OnRefusedAsync(o.Diagnosis, o.Generation),
            _ => throw new InvalidOperationException($"Teams cannot answer '{outcome.Name}'."),
        };
    }

    private async Task<DeliveryResult?> OnArrivedAsync(DeliveryState state)
        => _cancelled.IsCompleted
            ? await EndAsync(state, $"{await CancelledAsync()} It was too late: the message was under way.")
            : new(_input.DeliveryId, state, Reason: null);

    private Task<DeliveryResult?> OnPreparedAsync()
    {
        (_prepared, _failures) = (_prepared + 1, 0);
        return Task.FromResult<DeliveryResult?>(null);
    }

    // Woken by the delivery that it is behind; on the way the mail goes out, if it is due.
    private async Task<DeliveryResult?> OnBehindAsync(string reason)
    {
        _context.SetCustomStatus(new DeliveryProgress("waiting for another delivery", _input.Deadline));
        await RecordAsync(DeliveryState.Waiting, reason);
        while (true)
        {
            var until = NextTurningPoint;
            using var over = new CancellationTokenSource();
            var free = _context.WaitForExternalEvent<bool>(Flight.Free, over.Token);
            var winner = await Task.WhenAny(free, _cancelled, _context.CreateTimer(until, over.Token));
            End(over);
            if (winner == free || winner == _cancelled)
            {
                return null;
            }

            if (until == _input.Deadline)
            {
                return await FallBackAsync($"{reason} It did not get through in time.");
            }

            await MailEarlyAsync(reason);
            if (_mail.ReplacesPost)
            {
                return null;
            }
        }
    }

    private Task<DeliveryResult?> OnRootGoneAsync()
    {
        (_prepared, _slots) = (_prepared - 1, null); // the last step gives a place in the thread: now it starts anew
        return Task.FromResult<DeliveryResult?>(null);
    }

    // What it shares there passes on to others, and it looks for its place anew.
    private async Task<DeliveryResult?> OnPlaceGoneAsync()
    {
        await SettleFlights.SettleAsync(_context, _input);
        await _context.CallActivityAsync(nameof(ForgetChat), _input.DeliveryId, Retries.ThroughOutages);
        (_prepared, _slots) = (0, null);
        return null;
    }

    private async Task<DeliveryResult?> OnUnknownAsync(PostOutcome.OutcomeUnknown outcome)
    {
        (_posts, _reads, _postedAt, _slots) = (_posts + 1, 0, Now, null);
        return _plan.ReadBack is null
            ? await OnUnreadableAsync(outcome.Diagnosis)
            : await WaitAsync(Now + _input.Policy.ReadBackDelays[0], "reading the channel back", outcome.Diagnosis);
    }

    // Nobody can look, and a blind repeat may be a second message: the report says what it prefers.
    private async Task<DeliveryResult?> OnUnreadableAsync(Diagnosis because)
    {
        switch (_input.Policies?.Unknown)
        {
            case UnknownAction.Hold:
                return await HoldAsync(because);
            case UnknownAction.Repeat when _posts < _input.Policy.MaxPosts && !_cancelled.IsCompleted:
                (_postedAt, _isRepeat) = (null, true);
                return await WaitAsync(Now + _input.Policy.Backoff(_posts, because.RetryAfter), "posting again", because);
            default:
                return await FallBackAsync(because.Summary);
        }
    }

    // Until an operator decides or patience ends; on the way the mail goes out, if it is due.
    private async Task<DeliveryResult?> HoldAsync(Diagnosis because)
    {
        using var over = new CancellationTokenSource();
        var decided = _context.WaitForExternalEvent<OperatorSaid>(OperatorSaid.Decided, over.Token);
        while (true)
        {
            var until = NextTurningPoint;
            _context.SetCustomStatus(new DeliveryProgress("held for an operator", _input.Deadline, because));
            await RecordAsync(DeliveryState.Held, $"{because.Summary} Nobody can look whether the message arrived: an operator has to say what to do.");
            using var waited = new CancellationTokenSource();
            var winner = await Task.WhenAny(decided, _cancelled, _context.CreateTimer(until, waited.Token));
            End(waited);
            if (winner == decided)
            {
                return await OnDecidedAsync(await decided);
            }

            if (winner == _cancelled || until == _input.Deadline)
            {
                End(over);
                return await FallBackAsync(because.Summary);
            }

            await MailEarlyAsync(because.Summary);
            if (_mail.ReplacesPost)
            {
                End(over);
                return await FallBackAsync(because.Summary);
            }
        }
    }

    private async Task<DeliveryResult?> OnDecidedAsync(OperatorSaid said)
    {
        switch (said.Word)
        {
            case OperatorWord.ItIsThere:
                return await EndAsync(DeliveryState.Delivered, $"{said.Actor} has seen the message: {said.Reason}");
            case OperatorWord.PostAgain:
                (_postedAt, _isRepeat) = (null, true);
                return null;
            default:
                return await FallBackAsync($"{said.Actor}: {said.Reason}");
        }
    }

    private async Task<DeliveryResult?> OnNotFoundAsync()
    {
        _reads++;
        if (_reads < _input.Policy.ReadBackDelays.Count)
        {
            return await WaitAsync(_postedAt!.Value + _input.Policy.ReadBackDelays[_reads], "reading the channel back", because: null);
        }

        if (_posts < _input.Policy.MaxPosts || _cancelled.IsCompleted || _mail.ReplacesPost)
        {
            _postedAt = null; // not there after the last read: it is safe to post again, or not to
            return null;
        }

        return await FallBackAsync("Teams did not confirm the message, and it is not in the channel.");
    }

    private async Task<DeliveryResult?> OnPacedAsync(PostOutcome.Paced outcome)
    {
        if (outcome.Until > _input.Deadline)
        {
            return await FallBackAsync(outcome.Reason);
        }

        _slots = outcome.Slots;
        if (outcome.Until > Now)
        {
            _context.SetCustomStatus(new DeliveryProgress("waiting its turn", outcome.Until));
            await SleepAsync(outcome.Until);
        }

        return null;
    }

    private Task<DeliveryResult?> OnStoppedAsync(DateTimeOffset turn, PostOutcome.Throttled outcome)
    {
        _slots = outcome.Slots;
        return WaitAsync(turn, "waiting its turn", outcome.Diagnosis);
    }

    private async Task<DeliveryResult?> BackOffAsync(TimeSpan? retryAfter, Diagnosis because)
    {
        _failures++;
        return await WaitAsync(Now + _input.Policy.Backoff(_failures, retryAfter), "backing off", because);
    }

    private async Task<DeliveryResult?> OnRefusedAsync(Diagnosis diagnosis, long generation)
    {
        var maySilently = diagnosis.MayRenewSilently && !_isRenewed;
        if (!maySilently && diagnosis.Action is OperatorAction.FixPayload)
        {
            return await FallBackAsync(diagnosis.Summary); // this report's own fault: no case about the connection
        }

        if (_input.ConnectionId is not { } connectionId)
        {
            return await FallBackAsync(diagnosis.Summary); // there is no connection that anybody could bring back
        }

        if (_reconnects == MaxReconnects)
        {
            return await FallBackAsync($"{MaxReconnects} reconnects did not help. {diagnosis.Summary}");
        }

        _context.SetCustomStatus(new DeliveryProgress("re-authenticating", _input.Deadline, diagnosis));
        var deadline = NextTurningPoint;
        var result = await ReauthenticateAsync(new(_input.DeliveryId, connectionId, diagnosis, generation, deadline, maySilently));
        switch (result.Kind)
        {
            case ReauthenticationKind.RenewedSilently:
                _isRenewed = true;
                return null;
            case ReauthenticationKind.Reconnected:
                (_isRenewed, _reconnects) = (false, _reconnects + 1);
                return result.Turn is { } turn && _postedAt is null ? await OnPacedAsync(turn) : null; // reading needs no turn
            case ReauthenticationKind.WaitForService:
                return await BackOffAsync(result.Diagnosis.RetryAfter, result.Diagnosis);
            case ReauthenticationKind.GaveUp when deadline < _input.Deadline && Now >= deadline && !_cancelled.IsCompleted:
                await MailEarlyAsync(result.Diagnosis.Summary);
                return null;
            default:
                return await FallBackAsync(result.Diagnosis.Summary);
        }
    }

    private async Task<ReauthenticationResult> ReauthenticateAsync(ReauthenticateInput input)
    {
        if (_input.Policies is null)
        {
            return await _context.CallSubOrchestratorAsync<ReauthenticationResult>(nameof(Reauthenticate), input);
        }

        var id = $"{_context.InstanceId}-reauth-{++_reauthentications}";
        var result = _context.CallSubOrchestratorAsync<ReauthenticationResult>(nameof(Reauthenticate), input, new TaskOptions(InstanceId: id));
        if (_postedAt is null && await Task.WhenAny(result, _cancelled) != result)
        {
            _context.SendEvent(id, Reauthenticate.Restored, new ConnectionRestored("")); // nobody waits for it any more
        }

        return await result;
    }

    private async Task<DeliveryResult?> WaitAsync(DateTimeOffset until, string phase, Diagnosis? because)
    {
        if (until > _input.Deadline)
        {
            return await FallBackAsync(because?.Summary ?? "Teams did not confirm the message in time.");
        }

        _context.SetCustomStatus(new DeliveryProgress(phase, until, because));
        await RecordAsync(DeliveryState.Waiting, because?.Summary);
        await SleepAsync(until, because?.Summary);
        return null;
    }

    // Until then, or until it is cancelled; on the way the mail goes out, if it is due.
    private async Task SleepAsync(DateTimeOffset until, string? because = null)
    {
        if (_mail.DueAt is { } due && due < until)
        {
            await DozeAsync(due);
            if (_postedAt is null && _cancelled.IsCompleted)
            {
                return;
            }

            await MailEarlyAsync(because ?? "The message waits for its turn in Teams.");
            if (_postedAt is null && _mail.ReplacesPost)
            {
                return;
            }
        }

        await DozeAsync(until);
    }

    // A message that may be there is looked for all the same: whoever cancels it wants to know.
    private async Task DozeAsync(DateTimeOffset until)
    {
        if (_postedAt is not null)
        {
            await _context.CreateTimer(until);
            return;
        }

        using var over = new CancellationTokenSource();
        await Task.WhenAny(_context.CreateTimer(until, over.Token), _cancelled);
        End(over);
    }

    // A mail server that does not take it now gets it when patience ends.
    private Task MailEarlyAsync(string because) => _cancelled.IsCompleted
        ? Task.CompletedTask
        : _mail.SendAsync(++_attempts, Doubtful($"{because} Teams is still tried."), isEarly: true);

    private async Task<DeliveryResult?> FallBackAsync(string reason)
    {
        if (_cancelled.IsCompleted)
        {
            return await CancelAsync();
        }

        var note = Doubtful(reason);
        if (_mail.SentAt is { } sentAt)
        {
            return await EndAsync(DeliveryState.FellBack, $"{DeliveryNotes.Mailed(sentAt, Now)} {note}");
        }

        _context.SetCustomStatus(new DeliveryProgress("falling back to e-mail"));
        return await _mail.SendAsync(++_attempts, note, isEarly: false) is { } failure
            ? await EndAsync(DeliveryState.Failed, $"{note} The e-mail failed, too: {failure}")
            : new(_input.DeliveryId, DeliveryState.FellBack, note);
    }

    private async Task<DeliveryResult?> CancelAsync()
    {
        var said = await CancelledAsync();
        return await EndAsync(
            DeliveryState.Cancelled, Doubtful(_mail.SentAt is { } sentAt ? $"{said} {DeliveryNotes.Mailed(sentAt, Now)}" : said));
    }

    private async Task<string> CancelledAsync()
    {
        var said = await _cancelled;
        return $"Cancelled by {said.Actor}: {said.Reason}";
    }

    private string Doubtful(string reason) => _postedAt is null
        ? reason
        : $"{reason} The message may be in the channel all the same: its outcome could not be confirmed.";

    private async Task<DeliveryResult?> EndAsync(DeliveryState state, string reason)
    {
        await RecordAsync(state, reason);
        return new(_input.DeliveryId, state, reason);
    }

    private Task RecordAsync(DeliveryState state, string? reason)
        => _context.CallActivityAsync(nameof(RecordDelivery), new RecordDeliveryInput(_input.DeliveryId, state, reason), Retries.ThroughOutages);

#pragma warning disable CA1849, MA0042, VSTHRD103 // CancelAsync would leave the orchestrator's thread
    private static void End(CancellationTokenSource race) => race.Cancel();
#pragma warning restore CA1849, MA0042, VSTHRD103
}
