//! `k8stui analyze`: one look, printed.

use std::io::Write;

use super::args::{AnalyzeArgs, Cli, Output};
use super::document::Document;
use super::look::{Depth, Shown, look};
use super::{CouldNot, FOUND, OK, text};
use crate::engine::finding::Severity;
use crate::engine::problem::Problem;

/// Looks, prints, and says by the exit code whether something at `--fail-on` was found.
pub async fn run(cli: &Cli, args: &AnalyzeArgs, out: &mut impl Write) -> Result<u8, CouldNot> {
    let depth = Depth {
        logs: !args.no_logs,
        posture: Severity::from(args.severity) == Severity::Info,
    };
    let seen = look(cli, depth).await?.snapshot;
    let filter = Shown::new(&cli.cluster, args.severity.into(), &args.filter);
    let shown: Vec<&Problem> = seen
        .problems
        .iter()
        .map(AsRef::as_ref)
        .filter(|problem| filter.shows(problem))
        .collect();
    match args.output {
        Output::Json => {
            let document = Document::new(&seen, &shown);
            serde_json::to_writer_pretty(&mut *out, &document).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        Output::Text => write!(out, "{}", text::render(&seen, &shown))?,
    }
    out.flush()?;
    let fails = args
        .fail_on
        .is_some_and(|limit| shown.iter().any(|problem| problem.severity >= limit.into()));
    Ok(if fails { FOUND } else { OK })
}
