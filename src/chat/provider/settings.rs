//! Which provider.
