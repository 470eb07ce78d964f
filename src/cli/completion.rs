//! `k8stui completion`.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Cli;
use super::{CouldNot, OK};

/// Prints the script.
pub fn run(shell: Shell, out: &mut impl Write) -> Result<u8, CouldNot> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "k8stui", &mut script);
    out.write_all(&script)?;
    Ok(OK)
}
