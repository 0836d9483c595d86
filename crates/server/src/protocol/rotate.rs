//! ROTATION and ROTATE: new encryption contexts for wallets that a provider holds. Begun here, and carried out by the relay whether or
//! not anybody waits.

use repin_core::api::{ChallengeType, NewContext, RotateRequest, RotationReply, RotationRequest, WalletRotation};
use repin_core::context::is_context;
use repin_core::error::Code;
use uuid::Uuid;

use super::message::{Answered, Failure, Message};
use crate::magic::MAX_WALLETS;
use crate::magic::sealing::Sealed;
use crate::store::{BegunRotations, Change, MagicWallet, NewRotation, Recorded};

/// ROTATION: tells where the person's wallets stand. When the challenge is complete, whoever has a session of theirs is told: no more than
/// the host's backend is.
///
/// # Errors
/// 155117 before the proof, after the registration window, and in another challenge than RECOVER_WALLETS.
pub async fn state(message: &Message) -> Answered {
    let RotationRequest {} = message.decode()?;
    if !message.follows_wallets() {
        check(message)?;
    }
    let wallets = message.gateway.store.magic_wallets(&message.session.user.id).await?;
    let reply = message.seal(&told(message, &wallets));
    let recorded = message.gateway.store.record(&message.key(), &reply, &Change::default(), message.now).await?;
    Ok((reply, recorded))
}

/// ROTATE: begins what can begin, and tells where all of them stand. A wallet that is being rotated is left alone, so of two tabs
/// the second learns that it is under way.
///
/// # Errors
/// As [`state`]; 155117 also for a wallet that is not the person's, a version further on than the next, or what is no context. Then
/// nothing is begun.
pub async fn begin(message: &Message) -> Answered {
    let request: RotateRequest = message.decode()?;
    check(message)?;
    let contexts = &request.contexts;
    let mut names: Vec<_> = contexts.iter().map(|new| new.wallet.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    // Needed in clear: looked at, for it becomes part of a request.
    let formed = contexts.iter().all(|new| is_context(new.context.expose_secret()));
    if !formed || names.len() != contexts.len() || !(1..=MAX_WALLETS).contains(&contexts.len()) {
        return Err(Code::InvalidApproveContent.into());
    }
    let new: Vec<_> = contexts.iter().map(|new| rotation(message, new)).collect();
    let (key, user) = (message.key(), &message.session.user.id);
    let seal = |wallets: &[MagicWallet]| message.seal(&told(message, wallets));
    match message.gateway.store.begin_rotations(&key, user, &new, &seal, message.now).await? {
        BegunRotations::Taken(reply) => Ok((reply, Recorded::Now)),
        BegunRotations::Not(recorded) => Ok((message.refusal(Code::Conflict, None), recorded)),
        BegunRotations::Refused(code) => Err(code.into()),
    }
}

fn check(message: &Message) -> Result<(), Failure> {
    message.check_registration_open()?;
    let wanted = message.challenge.kind == ChallengeType::RecoverWallets && message.gateway.magic.is_some();
    if wanted { Ok(()) } else { Err(Code::InvalidApproveContent.into()) }
}

fn rotation(message: &Message, new: &NewContext) -> NewRotation {
    let id = Uuid::new_v4().to_string();
    let context = Sealed::Context(&id).seal(&message.gateway.keys, &new.context);
    NewRotation { id, wallet: new.wallet.clone(), version: new.version, context }
}

fn told(message: &Message, wallets: &[MagicWallet]) -> RotationReply {
    let one = |wallet: &MagicWallet| WalletRotation {
        wallet: wallet.wallet.clone(),
        label: wallet.label.clone(),
        version: wallet.version,
        state: wallet.state,
    };
    RotationReply { wallets: wallets.iter().map(one).collect(), server_time: message.now }
}
