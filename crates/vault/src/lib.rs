//! The client's half of `repin/1`. Start with [`flow`]: what the person sees and does. [`session`] proves and protects;
//! secrets live and die there. [`runner`] is the only loop. [`worker`] runs it in a Web Worker.

pub mod flow;
pub mod platform;
pub mod runner;
pub mod session;
#[cfg(target_arch = "wasm32")]
pub mod worker;
