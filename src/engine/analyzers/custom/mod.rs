//! Custom resources: what the ecosystem's conventions say of any of them, and what declared analyzers say of some.
//!
//! [`generic::analyze`] reads conditions by their polarity, kstatus' rules (`observedGeneration`, deletion) and words
//! of `phase`, `state` and `health`. Declared analyzers know single kinds better and ask it for the rest.

mod code;
mod condition;
mod field;
pub mod generic;
mod intent;
mod polarity;
mod reference;
mod resource;
mod said;
mod word;

pub use code::{ABOUT_ITSELF, CODES};
pub use field::{Place, at};
pub(super) use generic::unseen_until;
pub use polarity::{Conventions, Polarity};
pub use reference::references;
pub use resource::Resource;
pub(super) use said::{shorten, value_text};

/// Whether somebody switched it off.
pub(super) fn is_off(resource: Resource<'_>) -> bool {
    intent::switched_off(resource).is_some()
}
