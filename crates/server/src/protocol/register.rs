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
    let evaluated = evaluate(message, request.registrations).await?;
    let (evaluations, registered) = evaluated.ok_or(Code::InvalidApproveContent)?;
    let reply = message.seal(&RegisterReply { evaluations });
    let state = message.seal_state(&RunState { registered, ..message.state.carried() });
    let change = Change { state: Some(state), ..Change::default() };
    let recorded = message.gateway.store.record(&message.key(), &reply, &change, message.now).await?;
    Ok((reply, recorded))
}

/// Nothing if one of them is malformed.
async fn evaluate(
    message: &Message,
    registrations: Vec<Registration>,
) -> Result<Option<(Vec<Evaluation>, Vec<Registered>)>, Failure> {
    let arithmetic = &message.gateway.arithmetic;
    let (kid, setup) = message.gateway.keys.opaque.newest();
    let (kid, setup) = (kid.to_owned(), setup.clone());
    let new = registrations.into_iter().map(|registration| {
        let mut id: CredentialId = [0; 16];
        OsRng.fill_bytes(&mut id);
        (message.identifier(registration.kind, &id), id, registration)
    });
    let new: Vec<_> = new.collect();
    let work = move || {
        let one = |(identifier, id, registration): (Vec<u8>, CredentialId, Registration)| {
            let Registration { kind, request } = registration;
            let response = evaluate_registration(&setup, &identifier, &request).ok()?;
            let evaluation = Evaluation { kind, credential_id: id.to_vec(), response };
            Some((evaluation, Registered { kind, credential: id, setup_kid: kid.clone() }))
        };
        new.into_iter().map(one).collect()
    };
    Ok(arithmetic.run(arithmetic.place()?, work).await?)
}
