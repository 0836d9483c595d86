//! OPEN: who asks, from where, and what they are to be shown. A locked credential opens too: the lock has to be shown.

use repin_core::answers;
use repin_core::api::{CredentialKind, OpenReply, OpenRequest, Question};
use repin_core::credential::opening_hash;
use repin_core::error::Code;

use super::message::{Answered, Failure, Message};
use super::origin::is_own;
use super::questions::{REQUIRED_QUESTIONS, catalogue, open_questions};
use crate::attempts::Counter;
use crate::store::{Credential, NewRun, Recovery};

/// How long a person may take to choose a new secret, in milliseconds: 10 minutes.
pub const REGISTRATION_MS: u64 = 10 * 60 * 1000;
/// Digits of a PIN (Circle's).
const PIN_LENGTH: u8 = 6;

/// Opens a run.
///
/// # Errors
/// 3 for a page that the app does not allow or that is not the one it claims; 155114 for another app; 155117 unless it is the run's first
/// message.
pub async fn answer(message: &Message) -> Answered {
    let request: OpenRequest = message.decode()?;
    if message.envelope.seq != 0 {
        return Err(Code::InvalidApproveContent.into());
    }
    check_origin(message, &request.origin).await?;
    if request.app_id.is_some_and(|app| app != message.session.claimed.app.id) {
        return Err(Code::IncorrectAppId.into());
    }
    let reply = message.seal(&describe(message)?);
    let needs_no_proof = message.challenge.kind.proves().is_none();
    let new = NewRun {
        user: &message.session.user.id,
        token_hash: message.session.claimed.token_hash,
        opening: opening_hash(&message.envelope.sealed, &reply.sealed),
        registration_open_until: needs_no_proof.then_some(message.now + REGISTRATION_MS),
    };
    let recorded = message.gateway.store.open_run(&message.key(), &new, &reply, message.now).await?;
    Ok((reply, recorded))
}

/// The page's origin against the list of the session's own app: here it is known whose page asks.
async fn check_origin(message: &Message, claimed: &str) -> Result<(), Failure> {
    let own = |origin: &str| is_own(&message.gateway, &message.headers, origin);
    // Our own page names the page it is framed by: `frame-ancestors` has seen to it that it is the one.
    let honest = message.origin.as_deref().is_none_or(|origin| origin == claimed || own(origin));
    let allowed = own(claimed) || message.gateway.allows_origin(&message.session.claimed.app.id, claimed).await?;
    if honest && allowed { Ok(()) } else { Err(Code::Forbidden.into()) }
}

fn describe(message: &Message) -> Result<OpenReply, Failure> {
    let (gateway, user) = (&message.gateway, &message.session.user);
    let kind = message.challenge.kind;
    let proves = kind.proves().filter(|_| !message.follows_wallets());
    // What is typed from memory. A code has yet to be sent, and SEND_CODE's reply tells its cost.
    let proved = match kind.proves_then().or(proves) {
        None | Some(CredentialKind::Code) => None,
        // It was there when the challenge was created, and what removes one ends the user's challenges.
        Some(proves) => Some(user.credential(proves).ok_or(Code::ChallengeInvalid)?),
    };
    let first = proves.map(|proves| user.credential(proves).map_or_else(Counter::default, |first| first.counter));
    let sets_answers = kind.replaces().contains(&CredentialKind::Answers);
    Ok(OpenReply {
        challenge_type: kind,
        app_id: message.session.claimed.app.id.clone(),
        user_id: user.id.clone(),
        questions: proved.map_or(Ok(Vec::new()), |credential| questions(message, credential))?,
        catalogue: if sets_answers { catalogue() } else { Vec::new() },
        required_questions: REQUIRED_QUESTIONS,
        pin_length: PIN_LENGTH,
        prove_ksf: proved.map(|credential| credential.ksf),
        register_ksf: gateway.config.register_ksf,
        attempts: first.map(|counter| counter.attempts(message.now)),
        answer_rule: match proved {
            Some(credential) if credential.kind == CredentialKind::Answers => credential.answer_rule,
            _ => answers::RULE,
        },
        session_expires_at: message.session.claimed.expires_at,
        challenge_expires_at: message.challenge.expires_at,
        server_time: message.now,
        can_recover: user.recovery() != Recovery::None,
    })
}

/// The questions to show: the answers' own, none for a PIN.
fn questions(message: &Message, credential: &Credential) -> Result<Vec<Question>, Failure> {
    let Some(sealed) = &credential.questions else { return Ok(Vec::new()) };
    let gateway = &message.gateway;
    let identifier = message.identifier(credential.kind, &credential.id);
    open_questions(&gateway.keys, &identifier, sealed).map_err(|error| {
        tracing::error!(%error, "a user's questions");
        Failure::Internal(error.into())
    })
}
