using TeamsWorkflows.Connections;
using TeamsWorkflows.Deliveries.Pacing;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Fallback;

namespace TeamsWorkflows.Deliveries;

/// <summary>Carries one report to one destination: prepares, posts, and decides on every outcome what comes next.</summary>
/// <remarks>
/// <code>
///   steps before (files), each repeated until it is done
///   post ─ posted ───────────────────────────────────────────────> delivered
///    │  ├─ others come first ─────── wait for its turn ──> post
///    │  ├─ throttled, unreachable ── wait ───────────────> post
///    │  ├─ outcome unknown ── wait, read back ─ found ─────────────> delivered
///    │  │                                     └ not there ─> post (a bounded number of times)
///    │  ├─ no usable token ── re-authenticate ─ restored ─> where it was
///    │  └─ refused for good ──┐            └ patience ends ─┐
///    └─ patience ends ────────┴─────────────────────────────┴──────> fallback by e-mail
/// </code>
/// Activities never retry and never loop; all waiting is here, in durable timers and events. No token is ever in here.
/// An attempt that ends without an outcome (the database was away) is made again under its number, which the ledger knows.
/// </remarks>
internal sealed class DeliverToDestination : TaskOrchestrator<DeliverToDestinationInput, DeliveryResult>
{
    // Each reconnect is a person's work: after so many that did not help this delivery, another one will not.
    private const int MaxReconnects = 3;

    private static readonly TaskOptions LedgerRetries = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 6, TimeSpan.FromSeconds(2), backoffCoefficient: 2));

    private static readonly TaskOptions MailRetries = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 12, TimeSpan.FromSeconds(5), backoffCoefficient: 2)
        {
            MaxRetryInterval = TimeSpan.FromMinutes(15),
        });

    public override Task<DeliveryResult> RunAsync(TaskOrchestrationContext context, DeliverToDestinationInput input)
        => new Journey(context, input).RunAsync();

    /// <summary>Where this delivery stands. Rebuilt by replay; everything it depends on is in the history.</summary>
    private sealed class Journey(TaskOrchestrationContext context, DeliverToDestinationInput input)
    {
        private readonly DeliveryPlan _plan = input.Plan ?? DeliveryPlan.Of(nameof(PostChannelMessage), nameof(ReconcileChannelMessage));

        private int _attempts;
        private int _prepared; // steps of the plan that are done
        private int _posts; // whose outcome was unknown
        private int _reads; // since the last post
        private int _failures; // in a row, for the growing delay
        private int _reconnects;
        private bool _isRenewed; // silently, since the last answer that was not about the token
        private IReadOnlyList<PaceSlot>? _slots; // turns in the lines before the other side, for the next post
        private DateTimeOffset? _postedAt; // of the post that must be found before another is made

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
            var (isPrepared, isPost) = (_prepared == _plan.Before.Count, _prepared == _plan.Before.Count && _postedAt is null);
            PostOutcome outcome;
            try
            {
                outcome = await (!isPrepared ? PrepareAsync(_plan.Before[_prepared]) : isPost ? PostAsync() : ReadBackAsync());
            }
            catch (TaskFailedException e)
            {
                _postedAt ??= isPost ? context.CurrentUtcDateTime : null;
                return await FallBackAsync($"The delivery could not go on: {e.FailureDetails.ErrorMessage}");
            }

            return await DecideAsync(outcome);
        }

        private Task<PostOutcome> PrepareAsync(PlannedStep step)
            => context.CallActivityAsync<PostOutcome>(step.Activity, new AttemptInput(input.DeliveryId, ++_attempts, Step: step.Number), LedgerRetries);

        private Task<PostOutcome> PostAsync()
            => context.CallActivityAsync<PostOutcome>(_plan.Post, new AttemptInput(input.DeliveryId, ++_attempts, GiveUpAt: input.Deadline, Slots: _slots), LedgerRetries);

        private Task<PostOutcome> ReadBackAsync() => context.CallActivityAsync<PostOutcome>(
            _plan.ReadBack!, new AttemptInput(input.DeliveryId, ++_attempts, Since: _postedAt), LedgerRetries);

        // Null: go on.
        private Task<DeliveryResult?> DecideAsync(PostOutcome outcome)
        {
            if (outcome is not (PostOutcome.AuthenticationFailed or PostOutcome.PermissionDenied))
            {
                _isRenewed = false;
            }

            return outcome switch
            {
                PostOutcome.Posted or PostOutcome.AlreadyPosted => Task.FromResult<DeliveryResult?>(
                    new(input.DeliveryId, DeliveryState.Delivered, Reason: null)),
                PostOutcome.Taken => Task.FromResult<DeliveryResult?>(new(input.DeliveryId, DeliveryState.Delivered, Reason: null)),
                PostOutcome.HandedOver => Task.FromResult<DeliveryResult?>(new(input.DeliveryId, DeliveryState.HandedOver, Reason: null)),
                PostOutcome.Prepared => OnPreparedAsync(),
                PostOutcome.OutcomeUnknown o when _postedAt is null && _prepared == _plan.Before.Count => OnUnknownAsync(o),
                PostOutcome.NotFound => OnNotFoundAsync(),
                PostOutcome.Paced o => OnPacedAsync(o),
                PostOutcome.Throttled { NotBefore: { } turn } o => OnStoppedAsync(turn, o),
                PostOutcome.Throttled o => BackOffAsync(o.RetryAfter, o.Diagnosis),
                PostOutcome.Unavailable o => BackOffAsync(o.RetryAfter, o.Diagnosis),
                PostOutcome.OutcomeUnknown o => BackOffAsync(o.Diagnosis.RetryAfter, o.Diagnosis), // of a read: nothing is lost by another
                PostOutcome.AuthenticationFailed o => OnRefusedAsync(o.Diagnosis, o.Generation),
                PostOutcome.PermissionDenied o => OnRefusedAsync(o.Diagnosis, o.Generation),
                PostOutcome.Rejected o => OnRefusedAsync(o.Diagnosis, o.Generation),
                _ => throw new InvalidOperationException($"Teams cannot answer '{outcome.Name}'."),
            };
        }

        private Task<DeliveryResult?> OnPreparedAsync()
        {
            (_prepared, _failures) = (_prepared + 1, 0);
            return Task.FromResult<DeliveryResult?>(null);
        }

        private async Task<DeliveryResult?> OnUnknownAsync(PostOutcome.OutcomeUnknown outcome)
        {
            (_posts, _reads, _postedAt, _slots) = (_posts + 1, 0, context.CurrentUtcDateTime, null);
            if (_plan.ReadBack is null)
            {
                return await FallBackAsync(outcome.Diagnosis.Summary); // nobody can look, and a blind repeat may be a second message
            }

            return await WaitAsync(context.CurrentUtcDateTime + input.Policy.ReadBackDelays[0], "reading the channel back", outcome.Diagnosis);
        }

        private async Task<DeliveryResult?> OnNotFoundAsync()
        {
            _reads++;
            if (_reads < input.Policy.ReadBackDelays.Count)
            {
                return await WaitAsync(_postedAt!.Value + input.Policy.ReadBackDelays[_reads], "reading the channel back", because: null);
            }

            if (_posts < input.Policy.MaxPosts)
            {
                _postedAt = null; // not there after the last read: it is safe to post again
                return null;
            }

            return await FallBackAsync("Teams did not confirm the message, and it is not in the channel.");
        }

        private async Task<DeliveryResult?> OnPacedAsync(PostOutcome.Paced outcome)
        {
            if (outcome.Until > input.Deadline)
            {
                return await FallBackAsync(outcome.Reason);
            }

            _slots = outcome.Slots;
            return await WaitForTurnAsync(outcome.Until);
        }

        private Task<DeliveryResult?> OnStoppedAsync(DateTimeOffset turn, PostOutcome.Throttled outcome)
        {
            _slots = outcome.Slots;
            return WaitAsync(turn, "waiting its turn", outcome.Diagnosis);
        }

        private async Task<DeliveryResult?> WaitForTurnAsync(DateTimeOffset turn)
        {
            context.SetCustomStatus(new DeliveryProgress("waiting its turn", turn));
            if (turn > context.CurrentUtcDateTime)
            {
                await context.CreateTimer(turn);
            }

            return null;
        }

        private async Task<DeliveryResult?> BackOffAsync(TimeSpan? retryAfter, Diagnosis because)
        {
            _failures++;
            var until = context.CurrentUtcDateTime + input.Policy.Backoff(_failures, retryAfter);
            return await WaitAsync(until, "backing off", because);
        }

        private async Task<DeliveryResult?> OnRefusedAsync(Diagnosis diagnosis, long generation)
        {
            var maySilently = diagnosis.MayRenewSilently && !_isRenewed;
            if (!maySilently && diagnosis.Action is OperatorAction.FixPayload)
            {
                return await FallBackAsync(diagnosis.Summary); // this report's own fault: no case about the connection
            }

            if (input.ConnectionId is null)
            {
                return await FallBackAsync(diagnosis.Summary); // there is no connection that anybody could bring back
            }

            if (_reconnects == MaxReconnects)
            {
                return await FallBackAsync($"{MaxReconnects} reconnects did not help. {diagnosis.Summary}");
            }

            context.SetCustomStatus(new DeliveryProgress("re-authenticating", input.Deadline, diagnosis));
            var result = await context.CallSubOrchestratorAsync<ReauthenticationResult>(
                nameof(Reauthenticate),
                new ReauthenticateInput(
                    input.DeliveryId, input.ConnectionId, diagnosis, generation, input.Deadline, maySilently));
            switch (result.Kind)
            {
                case ReauthenticationKind.RenewedSilently:
                    _isRenewed = true;
                    return null;
                case ReauthenticationKind.Reconnected:
                    (_isRenewed, _reconnects) = (false, _reconnects + 1);
                    return result.Turn is { } turn ? await OnPacedAsync(turn) : null;
                case ReauthenticationKind.WaitForService:
                    return await BackOffAsync(result.Diagnosis.RetryAfter, result.Diagnosis);
                default:
                    return await FallBackAsync(result.Diagnosis.Summary);
            }
        }

        private async Task<DeliveryResult?> WaitAsync(DateTimeOffset until, string phase, Diagnosis? because)
        {
            if (until > input.Deadline)
            {
                return await FallBackAsync(because?.Summary ?? "Teams did not confirm the message in time.");
            }

            context.SetCustomStatus(new DeliveryProgress(phase, until, because));
            await RecordAsync(DeliveryState.Waiting, because?.Summary);
            await context.CreateTimer(until);
            return null;
        }

        private async Task<DeliveryResult?> FallBackAsync(string reason)
        {
            context.SetCustomStatus(new DeliveryProgress("falling back to e-mail"));
            var note = _postedAt is null
                ? reason
                : $"{reason} The message may be in the channel all the same: its outcome could not be confirmed.";
            try
            {
                await context.CallActivityAsync<PostOutcome>(
                    nameof(SendReportMail), new AttemptInput(input.DeliveryId, ++_attempts, note), MailRetries);
                return new(input.DeliveryId, DeliveryState.FellBack, note);
            }
            catch (TaskFailedException e)
            {
                var failure = $"{note} The e-mail failed, too: {e.FailureDetails.ErrorMessage}";
                await RecordAsync(DeliveryState.Failed, failure);
                return new(input.DeliveryId, DeliveryState.Failed, failure);
            }
        }

        private Task RecordAsync(DeliveryState state, string? reason)
            => context.CallActivityAsync(nameof(RecordDelivery), new RecordDeliveryInput(input.DeliveryId, state, reason), LedgerRetries);
    }
}
