//! Work that nobody waits for, and that panics.

use std::time::Duration;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_panics_is_told_and_begun_anew() {
    let mut stage = Stage::new();
    stage.arm("panic at audit.looked");
    stage.wait_for_line("a task panicked");
    // Where it stands again some seconds later.
    stage.arm("wait at audit.looked");
    tokio::time::timeout(Duration::from_secs(60), stage.meet()).await.expect("it looks again");
}
