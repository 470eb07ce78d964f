//! Without a cluster: files in every layout say what the cluster would have said.

mod custom;
mod layouts;
mod parts;
mod program;
mod recordings;
mod trees;
