//! PROVE: one guess, charged before it is evaluated, and the proof that it was right.

use std::sync::Arc;
use std::time::Instant;

use rand_core::OsRng;
use repin_core::api::{ChallengeType, CredentialKind, Prove1Reply, Prove1Request, Prove2Reply, Prove2Request};
use repin_core::credential::{CredentialError, ServerSetup, evaluate_guess, is_ke1, proof_context, verify_proof};
use repin_core::error::Code;
use repin_core::secret::SecretBytes;

use super::message::{Answered, Failure, Message};
use super::open::REGISTRATION_MS;
use super::send_code::check_code;
use super::state::{Guess, RunState};
use crate::arithmetic::Place;
use crate::attempts::{locked_code, wrong_code};
use crate::error::ApiError;
use crate::failpoint::failpoint;
use crate::store::{Change, Charge, Credential, Proved, Recorded};

/// PROVE 1: takes a guess. Whatever is not one is refused before the charge.
///
/// # Errors
/// 155117 when the guess is malformed, for another credential, or the run has its proof already; 155119 or 155120 when the
/// credential is locked, with the time it will open.
pub async fn guess(message: &Message) -> Answered {
    let request: Prove1Request = message.decode()?;
    if next_proof(message) != Some(request.kind) || !is_ke1(&request.ke1) {
        return Err(Code::InvalidApproveContent.into());
    }
    let credential = to_prove(message, request.kind)?;
    // Looked up before the charge: without it nothing can be evaluated, and what is not evaluated is not charged.
    let setup = setup(message, credential)?;
    // The same of a place to compute it.
    let place = message.gateway.arithmetic.place()?;
    let (store, key) = (&message.gateway.store, message.key());
    let charge = match request.kind {
        CredentialKind::Code => store.charge_code(&key, credential.id, message.now).await?,
        CredentialKind::Pin | CredentialKind::Answers => store.charge(&key, credential.id, message.now).await?,
    };
    let attempts = match charge {
        Charge::Charged(attempts) => attempts,
        Charge::Locked(counter) => {
            message.gateway.metrics.guess_locked(request.kind);
            let attempts = Some(counter.attempts(message.now));
            return Err(Failure::Refused { code: locked_code(request.kind), attempts, change: Change::default() });
        }
        Charge::Not(recorded) => return Ok((message.refusal(Code::Conflict, None), recorded)),
    };
    message.gateway.metrics.guess_charged(request.kind, attempts.left == 0);
    // The charge is on the disk. From here to the kept reply, the same bytes may be evaluated again but not charged.
    let (ke2, login) = evaluate(message, setup, credential, request.ke1, place).await?;
    failpoint!("prove_1.evaluated");
    let reply = message.seal(&Prove1Reply { ke2, attempts, server_time: message.now });
    let state = RunState { guess: Some(Guess { login, credential: credential.id }), ..message.state.carried() };
    let recorded = message.gateway.store.answer_guess(&message.key(), &reply, &message.seal_state(&state)).await?;
    Ok((reply, recorded))
}

/// The credential whose proof comes next, if one does.
fn next_proof(message: &Message) -> Option<CredentialKind> {
    let (kind, state) = (message.challenge.kind, &message.state);
    if state.root.is_none() {
        return kind.proves();
    }
    let sent = state.code.as_ref().is_some_and(|asked| !asked.proved);
    let opened = message.run.as_ref().and_then(|run| run.registration_open_until);
    match kind {
        // An address, by the code that was sent to it while the PIN's proof is good.
        ChallengeType::SetRecovery => {
            (sent && opened.is_some_and(|until| message.now < until)).then_some(CredentialKind::Code)
        }
        // The last proof opens registration.
        _ => kind.proves_then().filter(|_| opened.is_none()),
    }
}

/// The record of it.
fn to_prove(message: &Message, kind: CredentialKind) -> Result<&Credential, Failure> {
    if kind == CredentialKind::Code {
        return check_code(message);
    }
    // Where two secrets are asked for, the second one's guesses are taken only here, after the first one's proof.
    Ok(message.session.user.credential(kind).ok_or(Code::ChallengeInvalid)?)
}

fn setup(message: &Message, credential: &Credential) -> Result<Arc<ServerSetup>, Failure> {
    message.gateway.keys.opaque.get(&credential.setup_kid).cloned().ok_or_else(|| {
        tracing::error!(kid = credential.setup_kid, "the OPAQUE setup of a record is missing from the ring");
        Failure::Internal(ApiError::Away)
    })
}

async fn evaluate(
    message: &Message,
    setup: Arc<ServerSetup>,
    credential: &Credential,
    ke1: Vec<u8>,
    place: Place,
) -> Result<(Vec<u8>, SecretBytes), Failure> {
    let gateway = message.gateway.clone();
    let identifier = message.identifier(credential.kind, &credential.id);
    let opening = message.run.as_ref().map_or([0; 32], |run| run.opening);
    let context = proof_context(&message.challenge.id, &message.envelope.run, &opening);
    let record = credential.record.clone();
    let work = move || {
        let started = Instant::now();
        let evaluated = evaluate_guess(&setup, &identifier, &record, &ke1, &context, &mut OsRng);
        gateway.metrics.evaluation(started.elapsed());
        evaluated
    };
    message.gateway.arithmetic.run(place, work).await?.map_err(|_| {
        tracing::error!("a stored record cannot be evaluated");
        Failure::Internal(ApiError::Internal)
    })
}

/// PROVE 2: verifies the proof. Clears the counter, ratchets the channel and opens registration, all at once.
///
/// # Errors
/// 155117 without an open guess; 155112 or 155115 when the proof is wrong, and the guess is then spent.
pub async fn proof(message: &Message) -> Answered {
    let request: Prove2Request = message.decode()?;
    let guess = message.state.guess.as_ref().ok_or(Code::InvalidApproveContent)?;
    let kind = next_proof(message).ok_or(Code::InvalidApproveContent)?;
    // Another one where a commit replaced it, which ended this run.
    let credential = Some(to_prove(message, kind)?).filter(|credential| credential.id == guess.credential);
    let credential = credential.ok_or(Code::ChallengeInvalid)?;
    let session_key = match verify_proof(&guess.login, &request.ke3) {
        Ok(session_key) => session_key,
        Err(CredentialError::WrongSecret) => {
            let change = Change { state: Some(message.seal_state(&message.state.carried())), ..Change::default() };
            let attempts = Some(credential.counter.attempts(message.now));
            return Err(Failure::Refused { code: wrong_code(kind), attempts, change });
        }
        Err(_) => return Err(Code::InvalidApproveContent.into()),
    };
    let ratcheted = message.channel.ratchet(&session_key);
    let is_last = message.challenge.kind.proves_then().is_none_or(|last| last == kind);
    let registration_open_until = if is_last { message.now + REGISTRATION_MS } else { message.now };
    let reply = Prove2Reply {
        credential_id: credential.id.to_vec(),
        wrap: credential.wrap.clone(),
        registration_open_until,
        server_time: message.now,
    };
    // Under the new key: that the client can open it confirms to the client that both ends hold it.
    let reply = message.seal_under(&ratcheted, &reply);
    // Needed in clear: copied into the state, which is sealed.
    let root = SecretBytes::new(ratcheted.root().expose_secret().to_vec());
    let mut state = RunState { root: Some(root), ..message.state.carried() };
    if let Some(asked) = state.code.as_mut().filter(|_| kind == CredentialKind::Code) {
        asked.proved = true;
    }
    let opens = is_last.then_some(registration_open_until);
    let change = Change {
        state: Some(message.seal_state(&state)),
        proved: Some(Proved {
            credential: credential.id,
            kind,
            registration_open_until: opens,
            locked_at: credential.counter.locked_at,
            was_last: credential.counter.is_disabled(),
        }),
        ends: false,
    };
    let recorded = message.gateway.store.record(&message.key(), &reply, &change, message.now).await?;
    if matches!(recorded, Recorded::Now) {
        message.gateway.metrics.guess_right(kind);
    }
    Ok((reply, recorded))
}
