//! `k8stui analyze`: one look, printed.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use super::args::{AnalyzeArgs, Cli, Format};
use super::document::Document;
use super::look::{Depth, Shown, look};
use super::{CouldNot, FOUND, OK, effort, k8sgpt, text};
use crate::engine::effort::Stopwatch;
use crate::engine::filter::Filter;
use crate::engine::finding::Severity;
use crate::engine::object::Text;
use crate::engine::openapi::FieldDoc;
use crate::engine::problem::Problem;

/// What the API says of the fields that show findings, by the finding's id.
pub type Docs = BTreeMap<Text, FieldDoc>;

/// Looks, prints, and says by the exit code whether something at `--fail-on` was found.
pub async fn run(cli: &Cli, args: &AnalyzeArgs, out: &mut impl Write) -> Result<u8, CouldNot> {
    let begun = Instant::now();
    let depth = Depth {
        logs: !args.no_logs,
        skim_logs: args.filter.iter().any(Filter::is_log),
        // Who names a part wants it.
        posture: args.severity.map(Severity::from) == Some(Severity::Info)
            || args.filter.iter().any(Filter::asks_for_posture),
        all_parts: !args.filter.is_empty(),
        stopwatch: args.stat.then(|| Arc::new(move || begun.elapsed()) as Stopwatch),
    };
    let look = look(cli, depth).await?;
    let mut filter = Shown::new(&cli.cluster, args.severity.map(Severity::from), &args.filter);
    if let Some(selector) = &args.selector {
        filter.select(&look, selector).await;
    }
    let seen = &*look.snapshot;
    let shown: Vec<&Problem> = seen
        .problems
        .iter()
        .map(AsRef::as_ref)
        .filter(|problem| filter.shows(problem))
        .collect();
    let mut docs = Docs::new();
    if args.with_doc {
        for member in shown.iter().flat_map(|problem| &problem.members) {
            if let Some(doc) = look.documentation.finding(&member.finding).await {
                docs.insert(member.id.clone(), doc);
            }
        }
    }
    match args.output {
        Format::Json => json(out, &Document::new(seen, &shown, &docs))?,
        Format::K8sgpt => json(out, &k8sgpt::Document::new(seen, &shown, &filter, &docs))?,
        Format::Yaml => serde_saphyr::to_io_writer(&mut *out, &Document::new(seen, &shown, &docs))
            .map_err(|error| CouldNot(format!("cannot write: {error}")))?,
        Format::Text => write!(out, "{}", text::render(seen, &shown, &docs))?,
    }
    if args.stat {
        let table = effort::table(look.engine.efforts().await);
        if args.output == Format::Text {
            write!(out, "\n{table}")?;
        } else {
            write!(std::io::stderr().lock(), "{table}")?;
        }
    }
    out.flush()?;
    let fails = args
        .fail_on
        .is_some_and(|limit| shown.iter().any(|problem| problem.severity >= limit.into()));
    Ok(if fails { FOUND } else { OK })
}

fn json(out: &mut impl Write, document: &impl serde::Serialize) -> std::io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    writeln!(out)
}
