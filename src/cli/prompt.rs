//! `k8stui prompt`: what a model would be told about a problem. Sends nothing.

use std::io::Write;

use super::args::{Cli, PromptArgs};
use super::look::{ALL, Look, dossier, look};
use super::{CouldNot, OK, answers};
use crate::chat::seed;

/// Prints the seed exactly as it would leave.
pub async fn run(cli: &Cli, args: &PromptArgs, out: &mut impl Write) -> Result<u8, CouldNot> {
    let seen: Look = look(cli, ALL).await?;
    let dossier = dossier(&seen, &args.id).await?;
    let seed = seed::build(&dossier, args.budget, &answers::redactor());
    out.write_all(seed.text.as_bytes())?;
    if !seed.text.ends_with('\n') {
        writeln!(out)?;
    }
    out.flush()?;
    Ok(OK)
}
