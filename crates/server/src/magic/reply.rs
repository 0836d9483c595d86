//! What Magic's answers mean. Read leniently, for keys that are refused for a field too few are keys lost: the public client for Rust
//! wants a `key_type` that the documented answer has not. What must hold is that they are this wallet's.

use std::borrow::Cow;

use repin_core::secret::SecretBytes;
use serde::Deserialize;

use crate::store::MagicWallet;

/// The longest key that is taken for one, in bytes.
pub const MAX_KEY: usize = 256;

/// The keys in an answer.
pub struct Keys {
    /// For signing.
    pub access: SecretBytes,
    /// For the next recovery.
    pub recovery: SecretBytes,
}

/// Why an answer holds no keys of the wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoKeys {
    /// It cannot be read, or something is missing from it.
    Unreadable,
    /// It is about another wallet, or another group.
    Another,
}

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The wallet, the context or the key: `INVALID_…`. Nothing was done, and the same again would be refused again.
    Wallet,
    /// Our settings: the secret key, or what it may do. Nothing was done.
    Settings,
    /// Nobody knows: a time-out, an error of Magic's, or nothing that is documented.
    Unclear,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    // `id` in the documented answer, `uuid` in that of a creation. Not aliases: both at once would be no error of ours.
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    uuid: Option<Cow<'a, str>>,
    #[serde(borrow)]
    recovery_key: Cow<'a, str>,
    #[serde(borrow)]
    access_key: Cow<'a, str>,
    #[serde(borrow, default)]
    wallet_group_id: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Signed<'a> {
    #[serde(borrow)]
    data: Signature<'a>,
}

#[derive(Deserialize)]
struct Signature<'a> {
    #[serde(borrow)]
    r: Cow<'a, str>,
    #[serde(borrow)]
    s: Cow<'a, str>,
}

#[derive(Deserialize)]
struct ErrorBody<'a> {
    #[serde(borrow)]
    error: ErrorCode<'a>,
}

#[derive(Deserialize)]
struct ErrorCode<'a> {
    #[serde(borrow)]
    code: Cow<'a, str>,
}

/// The new keys in an answer to a recovery.
///
/// # Errors
/// [`NoKeys`]. A group that is not named is not compared; a wallet that is not named is no answer.
pub fn keys(body: &SecretBytes, wallet: &MagicWallet) -> Result<Keys, NoKeys> {
    // Needed in clear: it is what is read. Nothing is copied out of it but the keys.
    let data = serde_json::from_slice::<Envelope>(body.expose_secret()).map_err(|_| NoKeys::Unreadable)?.data;
    let id = data.id.or(data.uuid).ok_or(NoKeys::Unreadable)?;
    let another_group = data.wallet_group_id.is_some_and(|group| !group.eq_ignore_ascii_case(&wallet.group));
    if !id.eq_ignore_ascii_case(&wallet.wallet) || another_group {
        return Err(NoKeys::Another);
    }
    let key = |text: &str| is_key(text).then(|| SecretBytes::new(text.as_bytes().to_vec()));
    let (access, recovery) = (key(&data.access_key), key(&data.recovery_key));
    let (access, recovery) = access.zip(recovery).ok_or(NoKeys::Unreadable)?;
    Ok(Keys { access, recovery })
}

/// Whether a text has a key's form: visible ASCII, 1 to [`MAX_KEY`] bytes.
pub fn is_key(text: &str) -> bool {
    (1..=MAX_KEY).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether an answer holds a signature: `r` and `s` of up to 32 bytes in hexadecimal digits, neither zero.
pub fn is_signature(body: &SecretBytes) -> bool {
    let number = |text: &str| {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        let fits = (1..=64).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        fits && digits.bytes().any(|digit| digit != b'0')
    };
    // Needed in clear: it is what is read.
    serde_json::from_slice::<Signed>(body.expose_secret())
        .is_ok_and(|signed| number(&signed.data.r) && number(&signed.data.s))
}

/// What an answer that is no success is about.
pub fn refusal(status: u16, body: &SecretBytes) -> Refusal {
    // Needed in clear: it is what is read.
    let error = serde_json::from_slice::<ErrorBody>(body.expose_secret());
    let code = error.as_ref().map_or("", |body| &body.error.code);
    match (status, code) {
        (400 | 401 | 403, "INVALID_API_KEY" | "MISSING_REQUIRED_HEADER" | "METHOD_NOT_AVAILABLE") => Refusal::Settings,
        (400..=407 | 409..=428 | 430..=499, code) if code.starts_with("INVALID_") => Refusal::Wallet,
        _ => Refusal::Unclear,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use repin_core::api::RotationState;

    fn wallet() -> MagicWallet {
        MagicWallet {
            id: "ours".into(),
            app: "app".into(),
            user: "user".into(),
            wallet: "e982b4a3-14d3-4d66-a3ac-fadfc3ae1875".into(),
            group: "58a08494-3c83-439a-8a07-551f2".into(),
            network: "ETH".into(),
            label: "ETH".into(),
            version: 0,
            state: RotationState::Rotating,
            access_key: Vec::new(),
            recovery_key: Vec::new(),
            created: 0,
            updated: 0,
        }
    }

    fn read(body: &str) -> Result<Keys, NoKeys> {
        keys(&SecretBytes::new(body.as_bytes().to_vec()), &wallet())
    }

    /// As the documents show it, word for word but for the end of the group: no `key_type`, no `uuid`.
    const DOCUMENTED: &str = r#"{"data": {"id": "e982b4a3-14d3-4d66-a3ac-fadfc3ae1875",
        "recovery_key": "f41c504489531934a147413865913f24", "access_key": "c6b2565c12a24b1e86f23e2196486541",
        "network": "ETH", "wallet_group_id": "58a08494-3c83-439a-8a07-551f2",
        "metadata": {"resource_id": "customer-resource-id"}, "time_created": 1709931542, "time_updated": 1809931542}}"#;

    #[test]
    fn the_documented_answer_is_understood_although_it_has_no_key_type() {
        let keys = read(DOCUMENTED).unwrap();
        assert_eq!(keys.recovery.expose_secret(), b"f41c504489531934a147413865913f24");
        assert_eq!(keys.access.expose_secret(), b"c6b2565c12a24b1e86f23e2196486541");
    }

    #[test]
    fn a_field_more_or_another_name_for_the_wallet_loses_no_key() {
        let more = DOCUMENTED.replacen("\"id\"", "\"key_type\": {\"a\": [1]}, \"uuid\"", 1);
        assert!(read(&more).is_ok());
        assert!(read(&DOCUMENTED.replace("\"wallet_group_id\"", "\"group\"")).is_ok());
        assert!(read(&DOCUMENTED.replacen("\"id\"", "\"uuid\": \"another name\", \"id\"", 1)).is_ok());
        assert!(read(&DOCUMENTED.replace("f41c", "\\u0066\\u00341c")).is_ok(), "an escape is the same text");
    }

    #[test]
    fn keys_of_another_wallet_or_group_are_not_taken() {
        assert_eq!(read(&DOCUMENTED.replace("e982", "e983")).err(), Some(NoKeys::Another));
        assert_eq!(read(&DOCUMENTED.replace("58a0", "58a1")).err(), Some(NoKeys::Another));
    }

    #[test]
    fn what_cannot_be_read_has_no_keys() {
        let without = |field: &str| DOCUMENTED.replace(field, "else");
        let cut = DOCUMENTED[..DOCUMENTED.len() / 2].to_owned();
        let long = DOCUMENTED.replace("f41c", &"f".repeat(MAX_KEY));
        for bad in
            [without("access_key"), without("recovery_key"), without("\"id\""), cut, long, "{}".into(), "<".into()]
        {
            assert_eq!(read(&bad).err(), Some(NoKeys::Unreadable), "{bad}");
        }
    }

    #[test]
    fn only_a_documented_refusal_says_that_nothing_was_done() {
        let of = |status, code: &str| {
            refusal(status, &SecretBytes::new(format!("{{\"error\":{{\"code\":\"{code}\"}}}}").into_bytes()))
        };
        assert_eq!(of(400, "INVALID_REQUEST_FIELDS"), Refusal::Wallet);
        assert_eq!(of(400, "INVALID_USER_PASSCODE"), Refusal::Wallet);
        assert_eq!(of(400, "INVALID_API_KEY"), Refusal::Settings);
        assert_eq!(of(403, "METHOD_NOT_AVAILABLE"), Refusal::Settings);
        for (status, code) in
            [(408, "REQUEST_TIMEOUT"), (408, "INVALID_X"), (500, "INVALID_X"), (400, "OTHER"), (429, "")]
        {
            assert_eq!(of(status, code), Refusal::Unclear, "{status} {code}");
        }
        assert_eq!(refusal(400, &SecretBytes::new(b"<html>".to_vec())), Refusal::Unclear);
    }

    #[test]
    fn a_signature_has_two_numbers_that_are_not_zero() {
        let of = |r: &str, s: &str| {
            is_signature(&SecretBytes::new(
                format!("{{\"data\":{{\"r\":\"{r}\",\"s\":\"{s}\",\"v\":27}}}}").into_bytes(),
            ))
        };
        assert!(of("0x2a", &"f".repeat(64)));
        for (r, s) in [("0x0", "1"), ("1", ""), ("0x", "1"), ("1", "g"), ("1", &"f".repeat(65))] {
            assert!(!of(r, s), "{r} {s}");
        }
    }
}
