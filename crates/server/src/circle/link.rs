//! The `Link` header of a list (RFC 8288), as Circle documents it: the first page, and the next and the previous one where
//! there are such.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::date::date;
use crate::gateway::Gateway;
use crate::store::{Listed, Order, Page};

/// The header for a page. `filters` are what else the list was asked for; their values need no escaping. Links begin with
/// the public URL, or with the path where there is none.
pub fn links<T>(
    gateway: &Gateway,
    path: &str,
    filters: &[(&str, Option<&str>)],
    page: &Page,
    listed: &Listed<T>,
    id: impl Fn(&T) -> &str,
) -> HeaderMap {
    let (from, to) = (page.from.map(date), page.to.map(date));
    let (size, order) = (page.size.to_string(), if page.order == Order::Ascending { "ASC" } else { "DESC" });
    let link = |relation: &str, cursor: Option<(&str, &str)>| {
        let parameters = [("from", from.as_deref()), ("to", to.as_deref()), ("order", Some(order))];
        let parameters = filters.iter().chain(&parameters).filter_map(|(name, value)| Some((*name, (*value)?)));
        let query: Vec<_> = parameters
            .chain([("pageSize", size.as_str())])
            .chain(cursor)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let base = gateway.config.public_url.as_deref().unwrap_or_default();
        format!("<{base}{path}?{}>; rel=\"{relation}\"", query.join("&"))
    };
    let first = listed.items.first().filter(|_| listed.has_previous).map(&id);
    let last = listed.items.last().filter(|_| listed.has_next).map(&id);
    let all = [
        Some(link("first", None)),
        first.map(|id| link("prev", Some(("pageBefore", id)))),
        last.map(|id| link("next", Some(("pageAfter", id)))),
    ];
    let value = all.into_iter().flatten().collect::<Vec<_>>().join(", ");
    HeaderValue::from_str(&value).map(|value| HeaderMap::from_iter([(header::LINK, value)])).unwrap_or_default()
}
