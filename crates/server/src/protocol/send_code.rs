//! SEND_CODE: makes a code, registers it with itself as the record that PROVE asks for, sends it, and forgets it.
//!
//! Counted before anything is made (`limits/codes.rs`), kept after it was sent: what could not be sent is no code, counts
//! nothing, and leaves the one before as it was.

use std::sync::Arc;

use aws_lc_rs::hmac;
use axum::http::header;
use rand_core::{OsRng, RngCore};
use repin_core::api::{Attempts, ChallengeType, CredentialKind, KsfParams, SendCodeReply, SendCodeRequest, UnixMs};
use repin_core::credential::{ClientRegistration, CredentialError, CredentialId, evaluate_registration, wrap_data_key};
use repin_core::error::Code;
use repin_core::secret::{Secret, SecretBytes};
use zeroize::Zeroizing;

use super::message::{Answered, Failure, Message};
use super::state::{Asked, RunState};
use crate::attempts::Counter;
use crate::error::ApiError;
use crate::gateway::Gateway;
use crate::keys::{KeyRing, StorageError};
use crate::mail::{EmailAddress, Language, Letter, Mailer};
use crate::store::{Change, CodeClaim, CodeClaimed, Credential, RecoveryEmail, SentCode};

/// Digits of a code. A guess at one has a chance of one in a hundred million.
pub const CODE_LENGTH: u8 = 8;
/// How long a code is good, in milliseconds: 10 minutes.
pub const CODE_MS: u64 = 10 * 60 * 1000;
/// The least that clients accept: a code is random, used once and soon too old, so a guess at it need not be dear.
const CODE_KSF: KsfParams = KsfParams { m_kib: 19 * 1024, t: 1, p: 1 };

/// Whom a code is for.
struct Addressee {
    address: EmailAddress,
    /// Set where the code opens the data key by itself.
    data_key: Option<Secret<32>>,
}

/// Makes and sends one.
///
/// # Errors
/// 155117 in a challenge that asks for none, or not at its time; 155135 for what is no address; 155141 when guesses at codes are
/// locked; 155142 when it is too early for another (the refusal's `locked_until` says when), and nothing is counted; 155138 when it
/// could not be sent: then, too, nothing is. 429, not under seal, while the same message is being answered.
pub async fn answer(message: &Message) -> Answered {
    let request: SendCodeRequest = message.decode()?;
    let addressee = addressee(message, &request)?;
    let (gateway, user) = (&message.gateway, &message.session.user);
    let counter = user.code.as_ref().map_or_else(Counter::default, |code| code.counter);
    let attempts = counter.attempts(message.now);
    if counter.is_locked(message.now) {
        return Err(refused(Code::UserOtpIsLocked, attempts));
    }
    let mailer = gateway.mailer.as_ref().ok_or(Code::EmailSendingFailed)?;
    let tags = [tag(&gateway.keys, "user", &user.id), tag(&gateway.keys, "address", &addressee.address.folded())];
    let claim = CodeClaim { user: &user.id, tags, is_new_address: request.address.is_some() };
    let resend_at = match gateway.store.claim_code(&message.key(), &claim, message.now).await? {
        CodeClaimed::Granted(resend_at) => resend_at,
        CodeClaimed::TooEarly(at) => {
            let attempts = Attempts { locked_until: Some(at), ..attempts };
            return Err(refused(Code::UserOtpSendCountsOverLimit, attempts));
        }
        // Its reply is on its way to whoever asked first; the same bytes get it a moment later.
        CodeClaimed::UnderWay => return Err(Failure::Internal(ApiError::BUSY)),
        CodeClaimed::Not(recorded) => return Ok((message.refusal(Code::Conflict, None), recorded)),
    };
    let code = Zeroizing::new(make_code());
    let sent = match make_record(message, mailer, &code, addressee.data_key).await {
        Ok(credential) => {
            let language = language(message);
            mailer.send(&addressee.address, language, Letter::Code(&code)).await.map(|()| credential).map_err(|error| {
                tracing::error!(%error, "a code could not be sent");
            })
        }
        Err(()) => Err(()),
    };
    drop(code);
    let Ok(credential) = sent else {
        let refusal = message.refusal(Code::EmailSendingFailed, Some(attempts));
        let recorded = gateway.store.release_code(&message.key(), &claim, &refusal, message.now).await?;
        return Ok((refusal, recorded));
    };
    let expires_at = message.now + CODE_MS;
    let reply = message.seal(&SendCodeReply {
        address: addressee.address.masked(),
        code_length: CODE_LENGTH,
        ksf: CODE_KSF,
        attempts,
        expires_at,
        resend_at,
        server_time: message.now,
    });
    let asked = Asked {
        credential: credential.id,
        address: request.address.is_some().then(|| addressee.address.to_string()),
        with_answers: request.with_answers,
        proved: false,
    };
    let state = RunState { code: Some(asked), ..message.state.carried() };
    let kept = SentCode { user: &user.id, credential, expires_at };
    let state = message.seal_state(&state);
    let recorded = gateway.store.keep_code(&message.key(), &kept, &reply, &state, message.now).await?;
    Ok((reply, recorded))
}

fn refused(code: Code, attempts: Attempts) -> Failure {
    Failure::Refused { code, attempts: Some(attempts), change: Change::default() }
}

/// The address that is to be proved, or the one that is known.
fn addressee(message: &Message, request: &SendCodeRequest) -> Result<Addressee, Failure> {
    let user = &message.session.user;
    match (message.challenge.kind, &request.address) {
        // After the PIN's proof.
        (ChallengeType::SetRecovery, Some(address)) if message.state.root.is_some() => {
            message.check_registration_open()?;
            let address = EmailAddress::parse(address).ok_or(Code::UserEmailInvalid)?;
            Ok(Addressee { address, data_key: None })
        }
        // Before the first proof, which is the code's.
        (ChallengeType::RestorePinByCode | ChallengeType::RestorePinByBoth, None)
            if message.state.root.is_none() && !request.with_answers =>
        {
            let email = user.email.as_ref().ok_or(Code::ChallengeInvalid)?;
            open(&message.gateway.keys, &user.id, email).map_err(|error| {
                tracing::error!(%error, "a user's address");
                Failure::Internal(error.into())
            })
        }
        _ => Err(Code::InvalidApproveContent.into()),
    }
}

fn open(keys: &KeyRing, user: &str, email: &RecoveryEmail) -> Result<Addressee, StorageError> {
    let address = open_address(keys, user, email)?;
    let data_key = match &email.data_key {
        None => None,
        Some(sealed) => {
            let data_key = keys.open_for_recovery(&data_key_place(user), sealed)?;
            // Needed in clear: moved into its own type.
            Some(Secret::copy_from(data_key.expose_secret()).ok_or(StorageError::Damaged)?)
        }
    };
    Ok(Addressee { address, data_key })
}

/// A user's address.
///
/// # Errors
/// [`StorageError`] for what stands in another place, is under a key that is not here, or is no address.
pub fn open_address(keys: &KeyRing, user: &str, email: &RecoveryEmail) -> Result<EmailAddress, StorageError> {
    let address = keys.open_from_storage(&address_place(user), &email.address)?;
    // Needed in clear: it is read and written to.
    let address = std::str::from_utf8(address.expose_secret()).ok().and_then(EmailAddress::parse);
    address.ok_or(StorageError::Damaged)
}

/// Where a user's address lies sealed.
pub fn address_place(user: &str) -> Vec<u8> {
    [b"repin/1 recovery address", user.as_bytes()].concat()
}

/// Where a user's data key lies sealed.
pub fn data_key_place(user: &str) -> Vec<u8> {
    [b"repin/1 recovery data key", user.as_bytes()].concat()
}

/// Names whom codes are counted for, and tells whoever reads the database nothing of an address.
fn tag(keys: &KeyRing, of: &str, what: &str) -> [u8; 32] {
    // Needed in clear: it is the hash's key.
    let key = hmac::Key::new(hmac::HMAC_SHA256, keys.storage.newest().1.expose_secret());
    let mut mac = hmac::Context::with_key(&key);
    for part in ["repin/1 codes sent", of, what] {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part.as_bytes());
    }
    let mut tag = [0; 32];
    tag.copy_from_slice(mac.sign().as_ref());
    tag
}

/// Decimal digits, each code as likely as any other: numbers beyond the last whole hundred million are drawn again.
fn make_code() -> String {
    const CODES: u32 = 10_u32.pow(CODE_LENGTH as u32);
    const WHOLE: u32 = u32::MAX / CODES * CODES;
    loop {
        let number = OsRng.next_u32();
        if number < WHOLE {
            return format!("{:0width$}", number % CODES, width = usize::from(CODE_LENGTH));
        }
    }
}

/// The gateway as its own client: registers the code, and wraps the data key under it where it opens it by itself. In a thread of
/// its own, with so many at a time, for it takes 19 MiB and some milliseconds of a processor.
async fn make_record(
    message: &Message,
    mailer: &Mailer,
    code: &str,
    data_key: Option<Secret<32>>,
) -> Result<Credential, ()> {
    let _room = mailer.room.acquire().await;
    let mut id: CredentialId = [0; 16];
    OsRng.fill_bytes(&mut id);
    let identifier = message.identifier(CredentialKind::Code, &id);
    let secret = SecretBytes::new(code.as_bytes().to_vec());
    let gateway: Arc<Gateway> = message.gateway.clone();
    let made = tokio::task::spawn_blocking(move || register(&gateway.keys, id, &identifier, &secret, data_key));
    made.await.map_err(|_| ()).and_then(|made| {
        made.map_err(|error| {
            tracing::error!(%error, "a code's record could not be made");
        })
    })
}

fn register(
    keys: &KeyRing,
    id: CredentialId,
    identifier: &[u8],
    code: &SecretBytes,
    data_key: Option<Secret<32>>,
) -> Result<Credential, CredentialError> {
    let (kid, setup) = keys.opaque.newest();
    let (client, request) = ClientRegistration::start(code, &mut OsRng)?;
    let response = evaluate_registration(setup, identifier, &request)?;
    let (record, export_key) = client.finish(code, &response, CODE_KSF, &mut OsRng)?;
    let wrap =
        |data_key: Secret<32>| wrap_data_key(&export_key, CredentialKind::Code, identifier, &data_key, &mut OsRng);
    Ok(Credential {
        id,
        kind: CredentialKind::Code,
        setup_kid: kid.to_owned(),
        record,
        wrap: data_key.map(wrap).unwrap_or_default(),
        ksf: CODE_KSF,
        answer_rule: 0,
        questions: None,
        counter: Counter::default(),
    })
}

/// What the person reads: the protocol does not say, so their browser's word is taken.
pub fn language(message: &Message) -> Language {
    let accepted = message.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::negotiate(accepted.unwrap_or_default())
}

/// Whether the code that is guessed at was sent in this run, is not used and not too old.
///
/// # Errors
/// 155132 for none of this run's; 155130 for one that is too old.
pub fn check_code(message: &Message) -> Result<&Credential, Failure> {
    let user = &message.session.user;
    let asked = message.state.code.as_ref().filter(|asked| !asked.proved);
    let code = user.code.as_ref().filter(|code| asked.is_some_and(|asked| asked.credential == code.id));
    let code = code.ok_or(Code::UserOtpNotFound)?;
    let is_good = |until: UnixMs| message.now < until;
    if is_good(user.code_expires_at) { Ok(code) } else { Err(Code::UserOtpTokenExpired.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn codes_have_eight_digits_and_no_digit_is_rarer() {
        let mut seen = BTreeMap::<(usize, u8), u32>::new();
        for _ in 0..20_000 {
            let code = make_code();
            assert!(code.len() == 8 && code.bytes().all(|digit| digit.is_ascii_digit()), "{code}");
            code.bytes().enumerate().for_each(|place| *seen.entry(place).or_default() += 1);
        }
        // 2,000 each; seven standard deviations are 297.
        assert!(seen.len() == 80 && seen.values().all(|count| count.abs_diff(2_000) < 297), "{seen:?}");
    }
}
