//! What a host asks of a person: a challenge, and the link to the page where it is carried out.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use repin_core::api::ChallengeType;

use super::body::Body;
use super::caller::Caller;
use super::customers::find;
use super::link::{self, Token};
use super::redirect_url;
use super::refusal::{Refusal, RefusalBody};
use super::shapes::{Answer, AskBody, Asked};
use super::ways_back;
use crate::gateway::Gateway;
use crate::store::{Created, NewLink, User};

/// How long a challenge of this face can be used (Planbok's), unless the operator's time is shorter.
const TTL: Duration = Duration::from_secs(15 * 60);
/// The longest redirectUrl, in characters.
const MAX_URL: usize = 2048;

type Id = Result<Path<String>, PathRejection>;
type Told = Result<Json<Answer<Asked>>, Refusal>;

/// What a call asks for, by what the person has and whether mail is sent here.
type Kind = fn(&User, bool) -> Result<ChallengeType, Refusal>;

macro_rules! ask {
    ($(#[doc = $doc:literal])* $name:ident, $path:literal, $id:literal, $what:literal, $kind:expr) => {
        $(#[doc = $doc])*
        #[utoipa::path(
            post, path = $path, operation_id = $id, tag = "Planbok",
            params(("id" = String, Path)),
            request_body = AskBody,
            responses(
                (status = 200, description = "A challenge, and where to send the person.", body = Answer<Asked>),
                (status = 400, description = "A field is wrong, the key came before with another body, or the customer is not in the state it needs.", body = RefusalBody),
                (status = 403, description = "The customer has no way back, which this needs, or is disabled.", body = RefusalBody),
                (status = 404, description = "The app has no such customer.", body = RefusalBody),
                (status = 429, description = "More than 5 challenges in 5 minutes for this customer.", body = RefusalBody),
            ),
            security(("PlanbokApiKey" = [])),
        )]
        pub async fn $name(caller: Caller, gateway: State<Arc<Gateway>>, id: Id, headers: HeaderMap, body: Bytes) -> Told {
            ask(&gateway, &caller, id, &headers, &body, $what, $kind).await
        }
    };
}

ask! {
    /// Asks for a first PIN and a first way back.
    initialize, "/v2/customers/{id}/initialize", "planbokInitialize", "PLANBOK initialize",
    |_, _| Ok(ChallengeType::Initialize)
}
ask! {
    /// Asks for a way back, the first or another one, by someone who proves the PIN.
    recovery, "/v2/customers/{id}/recovery", "planbokRecovery", "PLANBOK recovery",
    |user, sends_mail| Ok(ways_back::recovery(user, sends_mail))
}
ask! {
    /// Asks for a new PIN, by someone who proves the current one.
    update_pin, "/v2/customers/{id}/update-pin", "planbokUpdatePin", "PLANBOK update-pin",
    |_, _| Ok(ChallengeType::ChangePin)
}
ask! {
    /// Asks for a new PIN, by someone who forgot it and proves their way back.
    reset_pin, "/v2/customers/{id}/reset-pin", "planbokResetPin", "PLANBOK reset-pin",
    |user, _| ways_back::reset(user)
}
ask! {
    /// Asks to show the private keys to someone who proves the PIN.
    export_private_keys, "/v2/customers/{id}/export-private-keys", "planbokExportPrivateKeys", "PLANBOK export-private-keys",
    |user, _| ways_back::require(user).map(|()| ChallengeType::ExportKeys)
}
ask! {
    /// Asks for a wallet, by someone who proves the PIN.
    create_wallet, "/v2/customers/{id}/wallet/create", "planbokCreateWallet", "PLANBOK wallet/create",
    |user, _| ways_back::require(user).map(|()| ChallengeType::CreateWallet)
}

async fn ask(
    gateway: &Gateway,
    caller: &Caller,
    id: Id,
    headers: &HeaderMap,
    body: &[u8],
    endpoint: &str,
    kind: Kind,
) -> Told {
    let user = find(gateway, caller, id.ok().map(|Path(id)| id)).await?;
    gateway.counts.pin(caller.address, &user.id, gateway.clock.now())?;
    let body = Body::parse(body)?;
    let url = redirect_url::check(gateway, &caller.caller.app.id, body.text("redirectUrl", MAX_URL)?).await?;
    let (key, body_hash) = body.idempotency()?;
    let kind = kind(&user, gateway.mailer.is_some())?;
    let challenge = match gateway.create_challenge(&user.id, kind, (endpoint, &key, body_hash), TTL).await? {
        Created::New(challenge) | Created::Before(challenge) => challenge,
        Created::KeyReused => return Err(Refusal::bad("idempotencyKey was used with other parameters")),
        Created::Refused(code) => return Err(code.into()),
    };
    // A new one for a repeated call, too: the one before is kept as a hash, and may never have arrived.
    let ticket = Token::make()?;
    let redirect_url = link::page(gateway, headers, &challenge.id, &ticket)?;
    let link = NewLink {
        challenge: &challenge.id,
        url: url.as_str(),
        environment: caller.caller.environment,
        ticket: ticket.hash(),
    };
    gateway.store.keep_link(&link).await?;
    Ok(Json(Answer::new(Asked { challenge_id: challenge.id, redirect_url })))
}
