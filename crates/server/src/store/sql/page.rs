//! Pages as SQL: the place of the cursor first, then one item more than wanted, to learn whether any follows.

use sqlx::{QueryBuilder, Row};

use super::Result;
use super::dialect::{Db, DbArguments, DbRow, Pool};
use super::row::int;
use crate::store::{Cursor, Listed, Order, Page};

/// Where the cursor's item stands in the list.
pub(super) type Place = (i64, String);

/// The cursor's item: `SELECT created, id …`, by its id.
pub(super) async fn place(readers: &Pool, query: sqlx::query::Query<'_, Db, DbArguments>) -> Result<Option<Place>> {
    let row = query.fetch_optional(readers).await?;
    row.map(|row| Ok((row.try_get("created")?, row.try_get("id")?))).transpose()
}

/// Reads the page from a query that ends in a condition. Rows have the columns `created` and `id`.
pub(super) async fn fetch(
    readers: &Pool,
    mut query: QueryBuilder<Db>,
    page: &Page,
    cursor: Option<Place>,
) -> Result<Listed<DbRow>> {
    if let Some(from) = page.from {
        query.push(" AND created >= ").push_bind(int(from));
    }
    if let Some(to) = page.to {
        query.push(" AND created <= ").push_bind(int(to));
    }
    let backwards = matches!(page.cursor, Some(Cursor::Before(_)));
    // A page that ends somewhere is read from its end.
    let ascending = (page.order == Order::Ascending) != backwards;
    if let Some((created, id)) = &cursor {
        query.push(if ascending { " AND (created, id) > (" } else { " AND (created, id) < (" });
        query.push_bind(*created).push(", ").push_bind(id.clone()).push(")");
    }
    query.push(if ascending { " ORDER BY created, id LIMIT " } else { " ORDER BY created DESC, id DESC LIMIT " });
    query.push_bind(i64::from(page.size) + 1);

    let mut items = query.build().fetch_all(readers).await?;
    let more = items.len() > page.size as usize;
    items.truncate(page.size as usize);
    let behind = cursor.is_some();
    if backwards {
        items.reverse();
        return Ok(Listed { items, has_previous: more, has_next: behind });
    }
    Ok(Listed { items, has_previous: behind, has_next: more })
}
