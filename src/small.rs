//! Small changing values. All are numbers underneath: each further type in a Leptos signal would compile its own copy of
//! the reactive machinery (2 KB a type, measured), and a number has no room for a PIN.

use std::marker::PhantomData;

use leptos::prelude::*;
use leptos::reactive::diagnostics::SpecialNonReactiveZone;

/// A value that readers follow. Setting what it holds already wakes nobody.
pub(crate) struct Small<T>(RwSignal<u32>, PhantomData<fn() -> T>);

/// What fits into a [`Small`].
pub(crate) trait Fits {
    fn pack(self) -> u32;
    fn unpack(packed: u32) -> Self;
}

impl<T: Fits> Small<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(RwSignal::new(value.pack()), PhantomData)
    }

    /// The value; whoever reads it in an effect runs again when it changes.
    pub(crate) fn get(self) -> T {
        T::unpack(self.0.get())
    }

    /// Has whoever reads it in an effect run again when it changes; anywhere else nothing.
    pub(crate) fn follow(self) {
        let _expected = SpecialNonReactiveZone::enter();
        self.0.track();
    }

    /// The value now.
    pub(crate) fn now(self) -> T {
        T::unpack(self.0.get_untracked())
    }

    pub(crate) fn set(self, value: T) {
        put(self.0, value.pack());
    }
}

/// A timer may come after its widget has gone: nothing happens then.
fn put(signal: RwSignal<u32>, value: u32) {
    if signal.try_get_untracked().is_some_and(|before| before != value) {
        signal.set(value);
    }
}

impl<T> Clone for Small<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Small<T> {}

impl Fits for u32 {
    fn pack(self) -> u32 {
        self
    }
    fn unpack(packed: u32) -> Self {
        packed
    }
}

impl Fits for bool {
    fn pack(self) -> u32 {
        self.into()
    }
    fn unpack(packed: u32) -> Self {
        packed != 0
    }
}

/// Nothing is 0, so that what is counted begins at 1.
impl Fits for Option<u32> {
    fn pack(self) -> u32 {
        self.map_or(0, |value| value + 1)
    }
    fn unpack(packed: u32) -> Self {
        packed.checked_sub(1)
    }
}

/// Runs now, and again whenever something that it read has changed. Boxed, so that the machinery is compiled once.
pub(crate) fn watch(run: impl FnMut() + 'static) {
    fn erased(mut run: Box<dyn FnMut()>) {
        Effect::new(move |_: Option<()>| run());
    }
    erased(Box::new(run));
}
