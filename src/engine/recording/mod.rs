//! Recordings: what the watches of a cluster said over time, in a file that is opened again as a cluster.

mod file;
mod line;
mod recorder;

pub use file::Writer;
pub use line::{FORMAT, Line, Log, MAGIC, Place, Recorded};
pub use recorder::{Ended, Limits, Redact, Summary, record};
