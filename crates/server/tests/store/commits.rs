//! COMMIT, where a gateway would not have asked.

use repin_core::api::ChallengeType;
use repin_core::error::Code;
use repin_server::store::{Commit, Committed, Created, NewChallenge, Recorded};

use crate::{key, open, reply, store_with_user};

// The gateway asks for the status first; whoever uses the store as a library may not.
#[tokio::test]
async fn nothing_is_written_for_a_challenge_that_has_expired() {
    let (_place, store, user) = store_with_user().await;
    let new = NewChallenge {
        user: &user.id,
        kind: ChallengeType::SetPin,
        endpoint: "POST /user/pin",
        key: "key",
        body_hash: [0; 32],
        expires_at: 100,
    };
    let Created::New(challenge) = store.create_challenge(&new, 1).await.unwrap() else { unreachable!() };
    open(&*store, &user, &challenge.id, 1).await;
    let commit = Commit { user: &user.id, kind: ChallengeType::SetPin, credentials: vec![] };
    for now in [100, 101] {
        let refused = store.commit(&key(&challenge.id, 1, 1), &commit, &reply(1), now).await.unwrap();
        assert!(matches!(refused, Committed::Refused(Code::ChallengeExpired)), "at {now}");
    }
    let done = store.commit(&key(&challenge.id, 1, 1), &commit, &reply(1), 99).await.unwrap();
    assert!(matches!(done, Committed::Recorded(Recorded::Now)), "the control");
}
