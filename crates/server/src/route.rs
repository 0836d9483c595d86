//! The template of a request's route: of all that a caller writes into a request's first line, the one part that is
//! logged, counted and traced, for it stands in this program.

use std::fmt;
use std::hash::{Hash, Hasher};

use axum::extract::{MatchedPath, Request};

/// What is said of a request that no route took: a file of the widget's, or nothing.
const OTHER: &str = "other";

/// A route's template, such as `/v1/w3s/users/{id}`. There are as many as the router has routes, and one more.
#[derive(Clone)]
pub struct Route(Option<MatchedPath>);

impl Route {
    /// The route that took this request.
    pub fn of(request: &Request) -> Self {
        Self(request.extensions().get().cloned())
    }

    /// The template.
    pub fn as_str(&self) -> &str {
        self.0.as_ref().map_or(OTHER, MatchedPath::as_str)
    }
}

impl PartialEq for Route {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Route {}

impl Hash for Route {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
