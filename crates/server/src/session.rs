//! Sessions: a signed userToken of 60 minutes and the encryptionKey that belongs to it, of which nothing is stored.
//!
//! The token is a JWT (RFC 7519) signed with RS256 and shaped like Circle's. The encryptionKey is derived from the
//! token's `jti`, so whoever holds the database holds no key. See `docs/protocol.md` §2.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jsonwebtoken::{Algorithm, Header, Validation};
use repin_core::api::UnixMs;
use repin_core::channel::derive_encryption_key;
use repin_core::error::Code;
use repin_core::secret::{Secret, SecretBytes};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::api_key::Environment;
use crate::keys::{KeyRing, Purpose, is_kid};
use crate::store::{AppIdentity, User};

/// A session's length in seconds (Circle's).
pub const SESSION_SECONDS: u64 = 60 * 60;
/// The longest token looked at, in bytes. Ours have about 900.
pub const MAX_TOKEN: usize = 4 * 1024;
/// How far the clocks of two gateways may be apart, in seconds.
const LEEWAY_SECONDS: u64 = 30;
/// Who signs.
const ISSUER: &str = "repin";

/// What a token says. Circle's claims, and `aud` (the app) and `masterKid`.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    jti: String,
    iat: u64,
    nbf: u64,
    exp: u64,
    #[serde(rename = "entityId")]
    entity_id: String,
    #[serde(rename = "internalUserId")]
    internal_user_id: String,
    #[serde(rename = "developerEntityEnvironment")]
    environment: String,
    /// The master key that the encryptionKey comes from; it is rotated apart from the signing key.
    #[serde(rename = "masterKid")]
    master_kid: String,
}

/// What `POST /users/token` hands out. No `Debug`: both are secrets.
pub struct IssuedSession {
    /// The JWT.
    pub user_token: String,
    /// Standard base64 of 32 bytes.
    pub encryption_key: String,
}

/// What a valid token stands for. Whether its app exists is for the store to say.
pub struct Claimed {
    /// The app it was issued for.
    pub app: AppIdentity,
    /// The host's name for the user.
    pub user_id: String,
    /// Our name for the user.
    pub internal_user_id: String,
    /// The token itself: salts the channel's key.
    pub user_token: SecretBytes,
    /// SHA-256 of the token: names the session in the store.
    pub token_hash: [u8; 32],
    /// First eight hex digits of SHA-256(jti): names the session in the log.
    pub tag: String,
    /// When it ends.
    pub expires_at: UnixMs,
    /// `EK`.
    pub encryption_key: Secret<32>,
}

/// Who presents a token, where that is known.
#[derive(Clone, Copy)]
pub struct Owner<'a> {
    /// Their app.
    pub app: &'a AppIdentity,
    /// What their key is for.
    pub environment: Environment,
}

/// Makes a session for a user.
///
/// # Errors
/// [`Code::Unknown`] if the key cannot sign, which loading it has ruled out.
pub fn issue(
    keys: &KeyRing,
    app: &AppIdentity,
    user: &User,
    environment: Environment,
    now: UnixMs,
) -> Result<IssuedSession, Code> {
    let (kid, key) = keys.token.newest();
    let (master_kid, master) = keys.master.newest();
    let jti = Uuid::new_v4().to_string();
    let iat = now / 1000;
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: app.id.clone(),
        sub: user.user_id.clone(),
        iat,
        nbf: iat,
        exp: iat + SESSION_SECONDS,
        entity_id: app.entity_id.clone(),
        internal_user_id: user.id.clone(),
        environment: environment.name().to_owned(),
        master_kid: master_kid.to_owned(),
        jti,
    };
    let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::RS256) };
    let user_token = jsonwebtoken::encode(&header, &claims, &key.signing).map_err(|_| Code::Unknown)?;
    let encryption_key = derive_encryption_key(master, &claims.jti, &app.id, &claims.sub);
    // Needed in clear: handing it to the host's backend is this call's purpose.
    Ok(IssuedSession { user_token, encryption_key: BASE64_STANDARD.encode(encryption_key.expose_secret()) })
}

/// Why a token is not taken.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// [`Code::UserTokenExpired`] for one of ours whose hour is over; [`Code::InvalidUserToken`] for anything else.
    Code(Code),
    /// It names a key that is not in this ring: one of another node, a retired one, or an invention. The store knows which.
    UnknownKey(Purpose, String),
}

impl From<Code> for Refused {
    fn from(code: Code) -> Self {
        Self::Code(code)
    }
}

/// Reads a token. With an owner, only one that was issued to them.
///
/// # Errors
/// [`Refused`].
pub fn verify(keys: &KeyRing, token: &str, owner: Option<Owner<'_>>, now: UnixMs) -> Result<Claimed, Refused> {
    if token.len() > MAX_TOKEN {
        return Err(Code::InvalidUserToken.into());
    }
    let claims = decode(keys, token)?;
    // The store is asked by these. PostgreSQL has no text with a NUL in it, so nobody is called that.
    if [&claims.aud, &claims.sub, &claims.master_kid].iter().any(|name| name.contains('\0')) {
        return Err(Code::InvalidUserToken.into());
    }
    let app = AppIdentity { id: claims.aud, entity_id: claims.entity_id };
    let now = now / 1000;
    let sane = claims.exp.checked_sub(claims.iat).is_some_and(|length| length <= SESSION_SECONDS)
        && claims.nbf.max(claims.iat) <= now.saturating_add(LEEWAY_SECONDS);
    let environment = Environment::from_name(&claims.environment);
    let (true, Some(environment)) = (sane, environment) else {
        return Err(Code::InvalidUserToken.into());
    };
    // Before its time is looked at: that it was good once is nobody else's business.
    if owner.is_some_and(|owner| *owner.app != app || owner.environment != environment) {
        return Err(Code::InvalidUserToken.into());
    }
    if now >= claims.exp.saturating_add(LEEWAY_SECONDS) {
        return Err(Code::UserTokenExpired.into());
    }
    let master = keys.master.get(&claims.master_kid);
    let master = master.ok_or_else(|| Refused::UnknownKey(Purpose::SessionMaster, claims.master_kid.clone()))?;
    Ok(Claimed {
        user_token: SecretBytes::new(token.as_bytes().to_vec()),
        token_hash: Sha256::digest(token).into(),
        tag: Sha256::digest(&claims.jti)[..4].iter().map(|byte| format!("{byte:02x}")).collect(),
        expires_at: claims.exp.saturating_mul(1000),
        encryption_key: derive_encryption_key(master, &claims.jti, &app.id, &claims.sub),
        app,
        user_id: claims.sub,
        internal_user_id: claims.internal_user_id,
    })
}

/// The claims of a token that we signed, for whichever app. Its times are not looked at here: they are compared with our own
/// clock, not with the one jsonwebtoken would read.
fn decode(keys: &KeyRing, token: &str) -> Result<Claims, Refused> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| Code::InvalidUserToken)?;
    // RFC 7515, section 4.1.11: what is critical and not understood makes the token invalid; jsonwebtoken reads over it.
    if header.crit.is_some() {
        return Err(Code::InvalidUserToken.into());
    }
    // Of another form it is an invention, and nothing that a database should be asked for.
    let kid = header.kid.filter(|kid| is_kid(kid)).ok_or(Code::InvalidUserToken)?;
    let Some(key) = keys.token.get(&kid) else { return Err(Refused::UnknownKey(Purpose::TokenSigning, kid)) };
    let mut rules = Validation::new(Algorithm::RS256);
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
    rules.set_issuer(&[ISSUER]);
    // The app is looked up in the store by what the token says.
    rules.validate_aud = false;
    let decoded = jsonwebtoken::decode::<Claims>(token, &key.verifying, &rules);
    Ok(decoded.map_err(|_| Code::InvalidUserToken)?.claims)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn world() -> (KeyRing, AppIdentity, User) {
        let folder = tempfile::tempdir().unwrap();
        let app = AppIdentity { id: "app-1".into(), entity_id: "entity-1".into() };
        let user = User {
            id: "internal".into(),
            app: app.id.clone(),
            user_id: "user-0001".into(),
            created: 0,
            disabled: false,
            pin: None,
            answers: None,
            pin_unlocked: None,
            answers_unlocked: None,
            code: None,
            code_expires_at: 0,
            code_unlocked: None,
            email: None,
        };
        (KeyRing::load_or_make(folder.path()).unwrap(), app, user)
    }

    const NOW: UnixMs = 1_700_000_000_000;

    #[test]
    fn a_token_lives_for_an_hour_and_its_leeway() {
        let (keys, app, user) = world();
        let token = issue(&keys, &app, &user, Environment::Test, NOW).unwrap().user_token;
        let at = |seconds: u64| verify(&keys, &token, None, NOW + seconds * 1000).map(|claimed| claimed.user_id);
        assert_eq!(at(0), Ok("user-0001".into()));
        assert_eq!(at(3629), Ok("user-0001".into()));
        assert_eq!(at(3630), Err(Code::UserTokenExpired.into()));
        assert_eq!(
            verify(&keys, &token, None, NOW - 31_000).err(),
            Some(Code::InvalidUserToken.into()),
            "from the future"
        );
    }

    #[test]
    fn the_encryption_key_belongs_to_one_token_and_comes_back_from_it() {
        let (keys, app, user) = world();
        let issued = issue(&keys, &app, &user, Environment::Test, NOW).unwrap();
        let other = issue(&keys, &app, &user, Environment::Test, NOW).unwrap();
        assert_ne!(issued.encryption_key, other.encryption_key);
        let claimed = verify(&keys, &issued.user_token, None, NOW).unwrap();
        assert_eq!(BASE64_STANDARD.encode(claimed.encryption_key.expose_secret()), issued.encryption_key);
    }

    #[test]
    fn a_token_of_another_gateway_or_algorithm_is_invalid_and_one_of_ours_names_its_app() {
        let (keys, app, user) = world();
        let (others, _, _) = world();
        let token = issue(&keys, &app, &user, Environment::Test, NOW).unwrap().user_token;
        let refused = |keys: &KeyRing, token: &str| verify(keys, token, None, NOW).err();
        let unknown = Refused::UnknownKey(Purpose::TokenSigning, keys.token.newest().0.to_owned());
        assert_eq!(refused(&others, &token), Some(unknown));
        assert_eq!(verify(&keys, &token, None, NOW).unwrap().app, app);

        let [header, claims, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
        let encode = |text: &str| base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(text);
        let kid = keys.token.newest().0;
        let none = encode(&format!(r#"{{"alg":"none","kid":"{kid}"}}"#));
        let hs256 = encode(&format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#));
        for forged in [
            format!("{none}.{claims}."),
            format!("{none}.{claims}.{signature}"),
            format!("{hs256}.{claims}.{signature}"),
            format!("{header}.{}.{signature}", encode(r#"{"sub":"someone else"}"#)),
            format!("{token}x"),
            "x".repeat(MAX_TOKEN + 1),
            String::new(),
        ] {
            assert_eq!(refused(&keys, &forged), Some(Code::InvalidUserToken.into()), "{forged}");
        }
    }

    #[test]
    fn anothers_token_is_invalid_even_when_it_has_expired() {
        let (keys, app, user) = world();
        let token = issue(&keys, &app, &user, Environment::Test, NOW).unwrap().user_token;
        let refused = |app: &AppIdentity, environment| {
            [NOW, NOW + 2 * 60 * 60 * 1000]
                .map(|now| verify(&keys, &token, Some(Owner { app, environment }), now).err())
        };
        assert_eq!(refused(&app, Environment::Test), [None, Some(Code::UserTokenExpired.into())]);
        let invalid = [const { Some(Refused::Code(Code::InvalidUserToken)) }; 2];
        assert_eq!(refused(&app, Environment::Live), invalid);
        assert_eq!(refused(&AppIdentity { id: "app-2".into(), ..app.clone() }, Environment::Test), invalid);
        assert_eq!(refused(&AppIdentity { entity_id: "entity-2".into(), ..app.clone() }, Environment::Test), invalid);
    }

    #[test]
    fn claims_look_like_circles() {
        let (keys, app, user) = world();
        let token = issue(&keys, &app, &user, Environment::Test, NOW).unwrap().user_token;
        let payload = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        assert_eq!(claims["developerEntityEnvironment"], "TEST");
        assert_eq!(claims["internalUserId"], "internal");
        assert_eq!(claims["sub"], "user-0001");
        assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 3600);
    }
}
