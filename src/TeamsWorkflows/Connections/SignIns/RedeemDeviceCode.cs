using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Connections.SignIns;

/// <summary>Asks once whether the person has signed in, and takes the sign-in if so.</summary>
internal sealed class RedeemDeviceCode(
    Database database, DeviceCodePoll poll, ISecretProtector protector, SignInAcceptance acceptance, AcquisitionLog acquisitions, TimeProvider time)
    : TaskActivity<RedeemDeviceCodeInput, DevicePollResult>
{
    private static readonly DevicePollResult Over = new(IsOver: true, IsTooFast: false);

    public override async Task<DevicePollResult> RunAsync(TaskActivityContext context, RedeemDeviceCodeInput input)
    {
        var stopping = context.CancellationToken;
        var (row, connection, open) = await database.ReadAsync(
            async db => (
                await db.DeviceSignIns.SingleOrDefaultAsync(s => s.ConnectionId == input.ConnectionId && s.Id == input.SignInId, stopping),
                await db.Connections.SingleOrDefaultAsync(c => c.Id == input.ConnectionId, stopping),
                await SignInAcceptance.OpenCaseAsync(db, input.ConnectionId, stopping)),
            stopping);
        if (row is { State: DeviceSignInState.Connected } && connection is not null)
        {
            await acceptance.TellAsync(connection, open?.Id, row.Actor, stopping); // the process died before the case was told
            return Over;
        }

        if (row is not { State: DeviceSignInState.Waiting, ProtectedAnswer: { } data } || connection is not { SignIn: SignInWay.DeviceCode })
        {
            return Over; // another one was begun, or the connection is another one by now
        }

        if (row.ExpiresAt <= time.GetUtcNow() || protector.UnprotectText(DeviceSignInDesk.Purpose(connection.Id), data) is not { } begun)
        {
            return await EndAsync(row, DeviceSignInState.Expired, account: null, diagnosis: null, stopping);
        }

        var claims = WorkflowJson.Read<Diagnosis>(open?.Diagnosis)?.Claims;
        var started = time.GetTimestamp();
        return await poll.AskAsync(connection, begun, claims, stopping) switch
        {
            DeviceCodeAnswer.Pending pending => new(IsOver: false, pending.IsTooFast),
            DeviceCodeAnswer.Refused refused => await OnRefusedAsync(connection, row, new(refused.Evidence, time.GetElapsedTime(started)), stopping),
            DeviceCodeAnswer.SignedIn signedIn => await acceptance.AcceptAsync(connection, signedIn.App, signedIn.Result, row.CaseId, row.Actor, row, stopping) is SignInResult.WrongAccount wrong
                ? await EndAsync(row, DeviceSignInState.WrongAccount, wrong.Actual, diagnosis: null, stopping)
                : Over,
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private async Task<DevicePollResult> OnRefusedAsync(
        ConnectionRow connection, DeviceSignInRow row, TokenResult.Refused refused, CancellationToken cancellationToken)
    {
        var diagnosis = Diagnostician.Diagnose(refused.Evidence);
        if (diagnosis.Action == OperatorAction.WaitAndRetry)
        {
            return new(IsOver: false, IsTooFast: true); // the authority has trouble of its own, and the code is still good
        }

        if (refused.Evidence.Error is "expired_token" or "code_expired")
        {
            return await EndAsync(row, DeviceSignInState.Expired, account: null, diagnosis: null, cancellationToken); // nobody signed in
        }

        await acquisitions.NoteAsync(connection, refused, cancellationToken);
        return await EndAsync(row, DeviceSignInState.Refused, account: null, diagnosis, cancellationToken);
    }

    private async Task<DevicePollResult> EndAsync(
        DeviceSignInRow waiting, DeviceSignInState state, string? account, Diagnosis? diagnosis, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            async db =>
            {
                if (await db.DeviceSignIns.SingleOrDefaultAsync(s => s.ConnectionId == waiting.ConnectionId && s.Id == waiting.Id, cancellationToken) is { } row)
                {
                    (row.State, row.Account, row.ProtectedAnswer) = (state, account, null);
                    row.Diagnosis = diagnosis is null ? null : WorkflowJson.Write(diagnosis);
                }
            },
            cancellationToken);
        return Over;
    }
}
