//! A database and the key ring that it was filled with.

use crate::store_with_user;

#[tokio::test]
async fn another_key_ring_is_told_and_a_rotated_one_is_not() {
    let (_place, store, _) = store_with_user().await;
    let first = [("opaque-setup", "a"), ("storage", "a")];
    let rotated = [("opaque-setup", "a"), ("storage", "a"), ("storage", "b")];
    let later = [("opaque-setup", "a"), ("storage", "b")];
    for known in [&first[..], &rotated, &later, &first] {
        assert_eq!(store.claim_keys(known).await.unwrap(), None, "{known:?}");
    }
    for other in [[("opaque-setup", "c"), ("storage", "a")], [("opaque-setup", "c"), ("storage", "c")]] {
        assert_eq!(store.claim_keys(&other).await.unwrap(), Some("opaque-setup"));
    }
    assert_eq!(store.claim_keys(&[("opaque-setup", "a"), ("storage", "d")]).await.unwrap(), Some("storage"));
}
