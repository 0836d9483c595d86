//! What SECURITY.md says of whoever holds database and key ring: a code alone keeps nothing from them, a code and answers do.

use rand_core::OsRng;
use repin_core::api::CredentialKind;
use repin_core::credential::{ClientLogin, credential_identifier, evaluate_guess, unwrap_data_key};
use repin_core::secret::SecretBytes;
use repin_server::store::{Credential, User};

use crate::{ANSWERS, PIN, USER, World};

/// What a secret that one knows opens, with the database and the ring and nobody's permission: the control.
fn opened_with(world: &World, user: &User, credential: &Credential, secret: &str) -> Vec<u8> {
    let inner = &world.gateway.inner;
    let secret = SecretBytes::new(secret.as_bytes().to_vec());
    let identifier = credential_identifier(&inner.app.id, &user.id, credential.kind, &credential.id);
    let (login, ke1) = ClientLogin::start(&secret, &mut OsRng).unwrap();
    let setup = inner.keys.opaque.get(&credential.setup_kid).unwrap();
    let (ke2, _) = evaluate_guess(setup, &identifier, &credential.record, &ke1, b"", &mut OsRng).unwrap();
    let proof = login.finish(&secret, &ke2, b"", credential.ksf, &mut OsRng).unwrap();
    let data_key = unwrap_data_key(&proof.export_key, credential.kind, &identifier, &credential.wrap).unwrap();
    data_key.expose_secret().to_vec()
}

/// The data key of a user, as far as database and key ring give it without a guess.
fn opened_without_a_guess(world: &World, user: &User) -> Option<Vec<u8>> {
    let place = [b"repin/1 recovery data key", user.id.as_bytes()].concat();
    let sealed = user.email.as_ref()?.data_key.as_ref()?;
    Some(world.gateway.inner.keys.open_for_recovery(&place, sealed).unwrap().expose_secret().to_vec())
}

#[tokio::test]
async fn database_and_key_ring_open_the_data_key_of_who_comes_back_by_a_code_alone() {
    let world = World::with_email(false).await;
    let user = world.user(USER).await;
    let known = opened_with(&world, &user, user.pin.as_ref().unwrap(), PIN);
    assert_eq!(opened_without_a_guess(&world, &user), Some(known));
}

#[tokio::test]
async fn database_and_key_ring_do_not_open_it_where_the_answers_are_asked_for_too() {
    let world = World::with_email(true).await;
    let mut session = world.open(USER, repin_core::api::ChallengeType::RestorePinByBoth).await;
    world.send(&mut session).await.unwrap();
    let user = world.user(USER).await;
    let known = opened_with(&world, &user, user.answers.as_ref().unwrap(), ANSWERS);
    assert_eq!(opened_with(&world, &user, user.pin.as_ref().unwrap(), PIN), known, "the control: one data key");
    assert_eq!(opened_without_a_guess(&world, &user), None);
    let code = user.code.as_ref().unwrap();
    assert!(code.kind == CredentialKind::Code && !code.record.is_empty() && code.wrap.is_empty());
    // Nor from what went before: the code alone was never enough for this person.
    let keys = &world.gateway.inner.keys;
    let email = user.email.as_ref().unwrap();
    let place = [b"repin/1 recovery address", user.id.as_bytes()].concat();
    let address = keys.open_from_storage(&place, &email.address).unwrap();
    assert!(!address.expose_secret().windows(32).any(|window| window == known));
}
