//! Pages of a list that is sorted by creation.

use repin_core::api::UnixMs;

/// Which way a list runs by the date of creation; equal dates by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The oldest first.
    Ascending,
    /// The newest first.
    Descending,
}

/// An item by its UUID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemId {
    /// As it was written: a host's own name is whatever the host calls it, in capitals or without hyphens too.
    pub written: String,
    /// In the one spelling that ours have.
    pub id: String,
}

/// Where a page lies, by an item that is not on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// Begins after this item.
    After(ItemId),
    /// Ends before this item.
    Before(ItemId),
}

/// A page that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Only items created then or later.
    pub from: Option<UnixMs>,
    /// Only items created then or earlier.
    pub to: Option<UnixMs>,
    /// `None`: the first page.
    pub cursor: Option<Cursor>,
    /// At most so many items.
    pub size: u32,
    /// The list's own order, in which the page comes too.
    pub order: Order,
}

/// A page as it was found.
pub struct Listed<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Whether there are items before these.
    pub has_previous: bool,
    /// Whether there are items after these.
    pub has_next: bool,
}

impl<T> Listed<T> {
    /// The same page of other things.
    ///
    /// # Errors
    /// The first that `change` gives.
    pub fn try_map<U, E>(self, change: impl FnMut(T) -> Result<U, E>) -> Result<Listed<U>, E> {
        let items = self.items.into_iter().map(change).collect::<Result<_, _>>()?;
        Ok(Listed { items, has_previous: self.has_previous, has_next: self.has_next })
    }
}
