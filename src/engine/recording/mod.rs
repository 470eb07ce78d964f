//! Recordings: what the watches of a cluster said over time, in a file that is opened again as a cluster.

mod line;

pub use line::{FORMAT, Line, Log, MAGIC, Place, Recorded};
