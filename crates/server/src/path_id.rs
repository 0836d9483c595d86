//! Ids of ours in paths.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use uuid::Uuid;

/// The UUID in a path, in its one spelling, which is how the store knows it and what is authenticated. `None` for anything else: what
/// that is refused with is the route's to say.
pub fn uuid(id: Result<Path<String>, PathRejection>) -> Option<String> {
    let Path(id) = id.ok()?;
    Some(Uuid::try_parse(&id).ok()?.to_string())
}
