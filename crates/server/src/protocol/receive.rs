//! One message, from its envelope to its reply.
//!
//! A message that opens and is the run's next takes its number, and its reply (an error's too) is kept, so that the same
//! bytes again get the same reply. A message that does not open changes nothing at all.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use repin_core::api::{Envelope, Step};
use repin_core::channel::Channel;
use repin_core::error::Code;
use repin_core::secret::Secret;
use sha2::{Digest, Sha256};

use super::envelope::EnvelopeBody;
use super::message::{Answered, Failure, Message, place};
use super::state::RunState;
use super::{cancel, commit, create_wallet, envelope, export, open, prove, register, rotate, send_code, set_email};
use crate::auth::{Claim, Session};
use crate::error::{ApiError, ErrorBody, LoggedCode, status};
use crate::gateway::Gateway;
use crate::path_id;
use crate::rules::takes;
use crate::session::Claimed;
use crate::store::{Arrival, Arrived, Recorded, Reply, Run, Status};
use crate::traces;

/// Takes a message of the widget's.
///
/// Ours: what is inside is sealed for the two ends and specified in `docs/protocol.md`.
#[utoipa::path(
    post, path = "/v1/repin/challenges/{challengeId}/messages", operation_id = "sendMessage", tag = "Widget",
    params(("challengeId" = String, Path, format = "uuid")),
    request_body = EnvelopeBody,
    responses(
        (status = 200, description = "The reply, sealed.", body = EnvelopeBody),
        (status = 409, description = "409: another message took this number. 155109: the user is disabled.", body = ErrorBody),
    ),
    security(("UserToken" = [])),
    extensions(("x-repin" = json!(true))),
)]
pub async fn receive(
    State(gateway): State<Arc<Gateway>>,
    Claim(claimed): Claim,
    challenge_id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let id = path_id::uuid(challenge_id).ok_or(Code::IdNotUuid);
    let (envelope, id) = match envelope::parse(&body).and_then(|envelope| Ok((envelope, id?))) {
        Ok(read) => read,
        Err(code) => {
            // Whoever has no session hears that first.
            let member = gateway.store.member(&claimed.app.id, &claimed.user_id).await?;
            return Session::of(claimed, member).and(Err(code.into()));
        }
    };
    // A task of its own, so that it runs to its end when the client goes away: what was begun is never half done.
    let tasks = gateway.tasks.clone();
    let work = tasks.spawn(traces::carried(answer(gateway, claimed, id, headers, envelope)));
    work.await.map_err(|_| ApiError::Internal)?
}

async fn answer(
    gateway: Arc<Gateway>,
    claimed: Claimed,
    id: String,
    headers: HeaderMap,
    envelope: Envelope,
) -> Result<Response, ApiError> {
    let now = gateway.clock.now();
    let arrived = Arrived { challenge: &id, run: envelope.run, seq: envelope.seq };
    let (member, arrival) = gateway.store.arrival(&claimed.app.id, &claimed.user_id, &arrived, now).await?.unzip();
    let session = Session::of(claimed, member)?;
    let Arrival { challenge, run, seen } = arrival.flatten().ok_or(Code::InvalidChallengeId)?;
    let hash: [u8; 32] = Sha256::digest(&envelope.sealed).into();
    // A run belongs to the session that opened it.
    let run = run.filter(|run| run.token_hash == session.claimed.token_hash);
    if run.is_some()
        && let Some(reply) = seen.filter(|seen| seen.hash == hash).and_then(|seen| seen.reply)
    {
        return Ok(respond(&envelope, &reply));
    }

    let sealed_state = run.as_ref().and_then(|run| run.state.as_deref());
    let state = RunState::open(&gateway.keys, &id, &envelope.run, sealed_state).map_err(|error| {
        tracing::error!(%error, "the state of a run");
        ApiError::from(error)
    })?;
    let channel = channel(&session, run.as_ref(), &state, envelope.seq)?;
    let place = place(&challenge, &envelope);
    let plaintext = channel.open_request(&place, &envelope.sealed).map_err(|_| Code::InvalidEncryptionKey)?;
    // Now that it has shown the session's key: by the token alone, whoever stole one could hold off its user.
    gateway.counts.session(&session.claimed.token_hash, now)?;
    gateway.counts.user(&session.user.id, now)?;
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()).map(str::to_owned);

    let message =
        Message { gateway, session, challenge, envelope, origin, headers, run, state, channel, plaintext, now };
    let reply = message.reply().await?;
    Ok(respond(&message.envelope, &reply))
}

/// The channel that a message of this number is sealed under: what came up to the proof is under `k0`, the rest under `k1`.
fn channel(session: &Session, run: Option<&Run>, state: &RunState, seq: u32) -> Result<Channel, Code> {
    let ratcheted = run.and_then(|run| run.ratchet_seq).is_some_and(|ratchet| seq > ratchet);
    if !ratcheted {
        // Needed in clear: the derivation's salt.
        let token = session.claimed.user_token.expose_secret();
        return Ok(Channel::from_session(token, &session.claimed.encryption_key));
    }
    // The ratcheted root is erased with the run's end.
    let root = state.root.as_ref().and_then(|root| Secret::copy_from(root.expose_secret()));
    root.map(Channel::from_root).ok_or(Code::ChallengeInvalid)
}

fn respond(request: &Envelope, reply: &Reply) -> Response {
    let Some(code) = reply.code else {
        return Json(envelope::reply(request, &reply.sealed)).into_response();
    };
    let mut response = (status(code), Json(envelope::error(code, &reply.sealed))).into_response();
    response.extensions_mut().insert(LoggedCode(code.number()));
    response
}

impl Message {
    /// The reply that goes out.
    async fn reply(&self) -> Result<Reply, ApiError> {
        // Those before it may be taken meanwhile, and then it would be the next, with what it made of the state before them.
        if self.is_too_early() {
            return Ok(self.refusal(Code::Conflict, None));
        }
        let (code, attempts, change) = match self.step().await {
            Ok((reply, recorded)) => return Ok(self.counts(reply, recorded)),
            Err(Failure::Internal(error)) => return Err(error),
            Err(Failure::Refused { code, attempts, change }) => (code, attempts, change),
        };
        let refusal = self.refusal(code, attempts);
        if self.run.is_none() {
            return Ok(refusal);
        }
        let recorded = self.gateway.store.record(&self.key(), &refusal, &change, self.now).await?;
        Ok(self.counts(refusal, recorded))
    }

    async fn step(&self) -> Answered {
        match self.challenge.status {
            Status::Pending | Status::InProgress => {}
            Status::Complete if self.follows_wallets() => return self.followed().await,
            Status::Expired => return Err(Code::ChallengeExpired.into()),
            Status::Complete | Status::Failed => return Err(Code::ChallengeInvalid.into()),
        }
        // Set anew since: what changes the way back ends the challenges of the one before, and this makes sure of it.
        if !takes(self.challenge.kind, self.session.user.recovery()) {
            return Err(Code::ChallengeInvalid.into());
        }
        match self.envelope.step {
            Step::Open => open::answer(self).await,
            _ if self.run.is_none() => Err(Code::InvalidApproveContent.into()),
            Step::Prove1 => prove::guess(self).await,
            Step::Prove2 => prove::proof(self).await,
            Step::Register => register::answer(self).await,
            Step::Commit => commit::answer(self).await,
            Step::Cancel => cancel::answer(self).await,
            Step::Rotate => rotate::begin(self).await,
            Step::Rotation => rotate::state(self).await,
            Step::CreateWallet => create_wallet::answer(self).await,
            Step::Export => export::answer(self).await,
            Step::SendCode => send_code::answer(self).await,
            Step::SetEmail => set_email::answer(self).await,
        }
    }

    /// What is left of a challenge whose PIN is set while wallets that are held elsewhere still follow: how far they are.
    async fn followed(&self) -> Answered {
        match self.envelope.step {
            Step::Open => open::answer(self).await,
            Step::Rotation if self.run.is_some() => rotate::state(self).await,
            _ => Err(Code::ChallengeInvalid.into()),
        }
    }

    /// The reply that goes out: the one just made, unless the store knows better.
    fn counts(&self, reply: Reply, recorded: Recorded) -> Reply {
        match recorded {
            Recorded::Now => reply,
            Recorded::Before(before) => before,
            Recorded::Conflict => self.refusal(Code::Conflict, None),
            Recorded::Ended => self.refusal(Code::ChallengeInvalid, None),
        }
    }
}
