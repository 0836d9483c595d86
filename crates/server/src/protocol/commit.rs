//! COMMIT: the new credentials take the old ones' place, and the challenge is done. All of it, or nothing.

use repin_core::answers;
use repin_core::api::{ChallengeType, CommitReply, CommitRequest, CredentialKind, NewCredential};
use repin_core::credential::{check_ksf, is_record};
use repin_core::error::Code;

use super::message::{Answered, Failure, Message};
use super::questions::{are_valid, seal_questions};
use super::set_email::seal_address;
use super::state::Registered;
use crate::attempts::Counter;
use crate::store::{Commit, Credential, RecoveryEmail, WayBack};

/// Bytes of a wrapped data key: nonce, key, tag.
const WRAP_LEN: usize = 24 + 32 + 16;

/// Writes it all in one transaction.
///
/// # Errors
/// 155117 before REGISTER, after the registration window, or for anything that REGISTER did not prepare or that breaks a
/// bound; 155106 to 155108 when a first time is not one; 155121 and 155122 when the challenge is over.
pub async fn answer(message: &Message) -> Answered {
    let request: CommitRequest = message.decode()?;
    message.check_registration_open()?;
    let commit = Commit {
        user: &message.session.user.id,
        kind: message.challenge.kind,
        credentials: credentials(message, request).ok_or(Code::InvalidApproveContent)?,
    };
    let reply = message.seal(&CommitReply { committed_at: message.now });
    let (store, key) = (&message.gateway.store, message.key());
    let committed = match way_back(message)? {
        None => store.commit(&key, &commit, &reply, message.now).await?,
        Some(way) => store.set_way_back(&key, &commit, &way, &reply, message.now).await?,
    };
    message.committed(committed, reply)
}

/// The way back that a SET_RECOVERY's answers are (a part of). An address that was asked for is a part of it, and has to be
/// proved: nobody ends with less than what they chose.
fn way_back(message: &Message) -> Result<Option<WayBack>, Failure> {
    if message.challenge.kind != ChallengeType::SetRecovery {
        return Ok(None);
    }
    let Some(asked) = &message.state.code else { return Ok(Some(WayBack::Answers)) };
    match &asked.address {
        Some(address) if asked.proved && asked.with_answers => {
            let email = RecoveryEmail { address: seal_address(message, address), data_key: None };
            Ok(Some(WayBack::Both(email)))
        }
        _ => Err(Code::InvalidApproveContent.into()),
    }
}

/// The rows to be written, if the request is all that it must be.
fn credentials(message: &Message, request: CommitRequest) -> Option<Vec<Credential>> {
    let sets_answers = message.challenge.kind.replaces().contains(&CredentialKind::Answers);
    let questions_fit = if sets_answers {
        are_valid(&request.questions) && request.answer_rule == answers::RULE
    } else {
        request.questions.is_empty() && request.answer_rule == 0
    };
    let registered = &message.state.registered;
    // REGISTER has checked that these are what the challenge replaces.
    if !questions_fit || registered.is_empty() || registered.len() != request.credentials.len() {
        return None;
    }
    let rows = request.credentials.iter().zip(registered).map(|(new, registered)| {
        let mut row = credential(message, new, registered)?;
        if new.kind == CredentialKind::Answers {
            let gateway = &message.gateway;
            let identifier = message.identifier(new.kind, &registered.credential);
            row.questions = Some(seal_questions(&gateway.keys, &identifier, &request.questions));
            row.answer_rule = request.answer_rule;
        }
        Some(row)
    });
    rows.collect()
}

fn credential(message: &Message, new: &NewCredential, registered: &Registered) -> Option<Credential> {
    let expected = new.kind == registered.kind
        && new.credential_id == registered.credential
        && is_record(&new.record)
        && new.wrap.len() == WRAP_LEN
        && check_ksf(new.ksf).is_ok()
        && new.ksf == message.gateway.config.register_ksf;
    expected.then(|| Credential {
        id: registered.credential,
        kind: new.kind,
        setup_kid: registered.setup_kid.clone(),
        record: new.record.clone(),
        wrap: new.wrap.clone(),
        ksf: new.ksf,
        answer_rule: 0,
        questions: None,
        counter: Counter::default(),
    })
}
