//! Signing keys: served by id, rotated, old ones kept.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use repin_server::date::date;
use repin_server::keys::{KeySource, Purpose, made_at};

use crate::common::{Gateway, send};
use crate::receiver::{Answer, Received, Receiver};
use crate::{gateway_for, request, subscribe, tries};

/// The public key that the gateway serves for a request: SPKI, DER.
pub async fn public_key(gateway: &Gateway, received: &Received) -> Vec<u8> {
    let id = received.header("x-circle-key-id");
    let (status, body) = send(request(gateway, "GET", &format!("/publicKey/{id}"))).await;
    assert_eq!((status, body["data"]["id"].as_str()), (200, Some(id)), "{body}");
    assert_eq!(body["data"]["algorithm"], "ECDSA_SHA_256");
    BASE64_STANDARD.decode(body["data"]["publicKey"].as_str().unwrap()).unwrap()
}

/// Verifies a request as its receiver would.
pub async fn verify(gateway: &Gateway, received: &Received) {
    let key = public_key(gateway, received).await;
    let signature = BASE64_STANDARD.decode(received.header("x-circle-signature")).unwrap();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key);
    key.verify(&received.body, &signature).expect("a good signature");
    let mut other = received.body.clone();
    other[20] ^= 1;
    assert!(key.verify(&other, &signature).is_err());
    // Compact: what a receiver writes for the JSON it read is the same.
    let text = std::str::from_utf8(&received.body).unwrap();
    assert!(!text.contains("\": ") && !text.contains(", \""), "{text}");
}

#[tokio::test]
async fn after_a_rotation_the_new_key_signs_and_the_old_is_still_served() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    receiver.answer_posts(|_| Answer::Status(500));
    subscribe(&gateway, &receiver.url(), &[]).await;
    tries(&gateway, 1).await;
    let source = KeySource::Folder(gateway.data().join("keys"));
    let old = source.load().unwrap().newest(Purpose::WebhookSigning).unwrap().to_owned();
    source.add(&mut source.load().unwrap(), Purpose::WebhookSigning).unwrap();
    let gateway = gateway.restart().await;
    let new = gateway.inner.keys.webhook.newest().1.id().to_string();
    gateway.advance(1000);
    gateway.inner.store.announce_deliveries();
    tries(&gateway, 1).await;
    let posts = receiver.posts();
    assert_eq!(posts[1].header("x-circle-key-id"), new);
    assert_ne!(posts[0].header("x-circle-key-id"), new);
    assert_eq!(posts[0].body, posts[1].body);
    for post in &posts {
        verify(&gateway, post).await;
    }
    let shown = request(&gateway, "GET", &format!("/publicKey/{}", posts[0].header("x-circle-key-id")));
    assert_eq!(send(shown).await.1["data"]["createDate"], date(made_at(&old)));
}

#[tokio::test]
async fn an_unknown_key_is_404_and_one_that_is_no_uuid_156009() {
    let gateway = Gateway::start().await;
    let get = |id: &str| send(request(&gateway, "GET", &format!("/publicKey/{id}")));
    let (status, body) = get("70000000-0000-4000-8000-000000000001").await;
    assert_eq!((status, body["code"].as_i64()), (404, Some(404)));
    let (status, body) = get("newest").await;
    assert_eq!((status, body["code"].as_i64()), (400, Some(156009)));
}
