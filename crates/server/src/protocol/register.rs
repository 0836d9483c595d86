//! REGISTER: evaluates the new secrets, each under the fresh identity of a record to be.

use rand_core::{OsRng, RngCore};
use repin_core::api::{Evaluation, RegisterReply, RegisterRequest, Registration};
use repin_core::credential::{CredentialId, evaluate_registration};
use repin_core::error::Code;

use super::message::{Answered, Failure, Message};
use super::state::{Registered, RunState};
use crate::store::Change;

/// Evaluates what the challenge replaces. May be asked again; the latest answer is the one COMMIT goes by.
///
/// # Errors
/// 155117 before the proof, after the registration window, for other credentials than the challenge's, or for malformed
/// requests.
pub async fn answer(message: &Message) -> Answered {
    let request: RegisterRequest = message.decode()?;
    message.check_registration_open()?;
    let kinds = request.registrations.iter().map(|registration| registration.kind);
    if !kinds.eq(message.challenge.kind.replaces().iter().copied()) {
        return Err(Code::InvalidApproveContent.into());
    }
    let mut evaluations = Vec::new();
    let mut registered = Vec::new();
    for registration in &request.registrations {
        let (evaluation, identity) = evaluate(message, registration)?;
        evaluations.push(evaluation);
        registered.push(identity);
    }
    let reply = message.seal(&RegisterReply { evaluations });
    let state = message.seal_state(&RunState { registered, ..message.state.carried() });
    let change = Change { state: Some(state), ..Change::default() };
    let recorded = message.gateway.store.record(&message.key(), &reply, &change, message.now).await?;
    Ok((reply, recorded))
}

fn evaluate(message: &Message, registration: &Registration) -> Result<(Evaluation, Registered), Failure> {
    let gateway = &message.gateway;
    let mut id: CredentialId = [0; 16];
    OsRng.fill_bytes(&mut id);
    let identifier = message.identifier(registration.kind, &id);
    let (kid, setup) = gateway.keys.opaque.newest();
    let response =
        evaluate_registration(setup, &identifier, &registration.request).map_err(|_| Code::InvalidApproveContent)?;
    Ok((
        Evaluation { kind: registration.kind, credential_id: id.to_vec(), response },
        Registered { kind: registration.kind, credential: id, setup_kid: kid.to_owned() },
    ))
}
