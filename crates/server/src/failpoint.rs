//! Places at which a test lets the process end, and orders that are wrong on purpose, so that the tests of crashes can be seen to
//! find them.
//!
//! None of this is in the program that is shipped: it is compiled with the feature `failpoints` alone, which no other feature
//! turns on and a release build refuses, and `tests/program` looks for it in the program. A build that has it does nothing of
//! its own accord: `REPIN_FAILPOINTS` must name a file, and the file a place, a line each.

#[cfg(all(feature = "failpoints", not(debug_assertions)))]
compile_error!("`failpoints` ends the process on purpose; it is for tests, and not for a release build");

/// Marks a place. Nothing is left of it without the feature, not even its name.
macro_rules! failpoint {
    ($place:literal) => {
        #[cfg(feature = "failpoints")]
        crate::failpoint::reach($place);
    };
}
pub(crate) use failpoint;

/// Commits; in a test that asks for the order of this name, only a while after the caller has been told so.
macro_rules! commit {
    ($tx:ident, $order:literal) => {
        #[cfg(feature = "failpoints")]
        if crate::failpoint::is_asked_for($order) {
            crate::failpoint::later($tx.commit());
        } else {
            $tx.commit().await?;
        }
        #[cfg(not(feature = "failpoints"))]
        $tx.commit().await?;
    };
}
pub(crate) use commit;

#[cfg(feature = "failpoints")]
pub use on::*;

#[cfg(feature = "failpoints")]
mod on {
    use std::path::PathBuf;
    use std::time::Duration;

    /// Longer than any test takes to end the process.
    const LATER: Duration = Duration::from_secs(20);

    /// Ends the process here, if the file says so: no destructor runs and nothing is flushed, as with `kill -9`. Or says that it
    /// is here and waits, until the file says so no longer; or panics.
    pub fn reach(place: &str) {
        if is_asked_for(place) {
            std::process::abort();
        }
        assert!(!is_asked_for(&format!("panic at {place}")), "asked for at {place}");
        let wait = format!("wait at {place}");
        if is_asked_for(&wait) {
            let _ = file().map(|file| std::fs::write(file.with_extension("reached"), place));
            while is_asked_for(&wait) {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }

    /// Whether the file names this. Read each time, so that a test can choose the message it is for.
    pub fn is_asked_for(name: &str) -> bool {
        let text = file().and_then(|file| std::fs::read_to_string(file).ok());
        text.is_some_and(|text| text.lines().any(|line| line == name))
    }

    fn file() -> Option<PathBuf> {
        std::env::var_os("REPIN_FAILPOINTS").map(PathBuf::from)
    }

    /// Does the work when it is too late.
    pub fn later<T>(work: impl Future<Output = T> + Send + 'static) {
        tokio::spawn(async move {
            tokio::time::sleep(LATER).await;
            drop(work.await);
        });
    }
}
