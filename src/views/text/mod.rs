//! Text as a terminal shows it: made harmless ([`escape`]), measured and cut ([`width`]), wrapped ([`mod@wrap`]).

pub mod escape;
pub mod width;
pub mod wrap;
