//! A database and the key ring that it was filled with.

use repin_server::keys::{KeyMark, Purpose};
use repin_server::store::Claimed;

use crate::common::BY;
use crate::store_with_user;

/// A key of this name, marked by what it is.
fn key(purpose: Purpose, kid: &str, mark: &str) -> KeyMark {
    KeyMark { purpose, kid: kid.to_owned(), mark: mark.to_owned() }
}

#[tokio::test]
async fn another_key_ring_is_told_and_a_rotated_one_is_not() {
    let (_place, store, _) = store_with_user().await;
    let setup = |kid| key(Purpose::OpaqueSetup, kid, "of a setup");
    let storage = |kid| key(Purpose::Storage, kid, "of a key");
    let first = [setup("a"), storage("a")];
    let rotated = [setup("a"), storage("a"), storage("b")];
    let later = [setup("a"), storage("b")];
    for known in [&first[..], &rotated, &later, &first] {
        assert_eq!(store.claim_keys(known).await.unwrap(), Claimed::Done, "{known:?}");
    }
    for other in [[setup("c"), storage("a")], [setup("c"), storage("c")]] {
        assert_eq!(store.claim_keys(&other).await.unwrap(), Claimed::Foreign(Purpose::OpaqueSetup));
    }
    let other = [setup("a"), storage("d")];
    assert_eq!(store.claim_keys(&other).await.unwrap(), Claimed::Foreign(Purpose::Storage));
}

#[tokio::test]
async fn a_key_that_is_not_what_it_was_is_told_until_it_is_retired() {
    let (_place, store, _) = store_with_user().await;
    let ring =
        |mark| [key(Purpose::OpaqueSetup, "a", "a"), key(Purpose::Storage, "a", "a"), key(Purpose::Storage, "b", mark)];
    // Known by its name alone, as one that was just added: the first gateway that has it says which it is.
    store.add_ring_key("storage", "b", BY).await.unwrap();
    assert_eq!(store.claim_keys(&ring("b")).await.unwrap(), Claimed::Done);
    let changed = Claimed::Changed(Purpose::Storage, "b".to_owned());
    for _ in 0..2 {
        assert_eq!(store.claim_keys(&ring("damaged")).await.unwrap(), changed);
        assert_eq!(store.claim_keys(&ring("b")).await.unwrap(), Claimed::Done);
    }
    // A gateway leaves it out then.
    store.retire_ring_key("storage", "b", 1, BY).await.unwrap();
    assert_eq!(store.claim_keys(&ring("damaged")).await.unwrap(), Claimed::Done);
}
