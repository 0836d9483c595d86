//! The people who are active: enrolled by the protocol itself.

use repin_core::api::CredentialKind;
use reqwest::Method;
use serde_json::json;

use crate::database::Gateway;
use crate::person::{Person, rest};

/// Enrols so many with such names, with a PIN and answers each.
pub async fn enrol(gateway: &Gateway, name: &str, people: usize) -> Vec<String> {
    let mut crowd = Vec::new();
    for n in 0..people {
        let user = format!("{name}-{n}");
        rest(gateway, Method::POST, "/users", None, json!({ "userId": user })).await;
        let mut person = Person::arrive(gateway, &user, Method::POST, "/user/initialize").await.expect("a challenge");
        person.open().await;
        person.replace(&[CredentialKind::Pin, CredentialKind::Answers]).await;
        crowd.push(user);
    }
    crowd
}
