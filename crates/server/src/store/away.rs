//! Which errors of a database pass.

/// Whether the database is away, full, overloaded or open for reading only, and not broken or asked for something wrong.
pub fn is_away(error: &sqlx::Error) -> bool {
    use sqlx::Error;
    match error {
        Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::PoolTimedOut | Error::PoolClosed => true,
        Error::WorkerCrashed | Error::BeginFailed => true,
        Error::Database(error) => error.code().is_some_and(|code| passes(&code)),
        _ => false,
    }
}

/// Whether the server is there, and has no room for one connection more: of its own, or of the role's or the database's limit.
pub fn is_full(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.code().as_deref() == Some("53300"))
}

/// By the code that came with it: five characters of PostgreSQL's, or a number of SQLite's.
fn passes(code: &str) -> bool {
    if code.len() == 5 {
        // Classes: no connection, out of resources, stopped by an operator or a time-out, lost against another transaction.
        let class = ["08", "53", "57", "58", "40"].iter().any(|class| code.starts_with(class));
        // Of other classes: a server that is read only, a lock that was waited for in vain, a session that was idle for too long.
        return class || ["25006", "25P03", "55P03"].contains(&code);
    }
    code.parse().is_ok_and(sqlite_passes)
}

/// Whether SQLite's error of this code passes: BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN, in the lowest byte.
pub fn sqlite_passes(code: i32) -> bool {
    [5, 6, 8, 10, 13, 14].contains(&(code & 0xff))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_does_not() {
        for code in ["08006", "53100", "53300", "57P01", "57014", "40P01", "25006", "55P03", "5", "13", "2570"] {
            assert!(passes(code), "{code}");
        }
        for code in ["23505", "42601", "42703", "22021", "1", "19", "2067", ""] {
            assert!(!passes(code), "{code}");
        }
    }
}
