//! What the digest of a log costs: 100,000 lines with the one that matters in their middle. The goal is 100 ms.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark that cannot run fails; criterion's macros write functions without words"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use k8stui::engine::analyzers::logs::{LogLine, digest};

#[path = "../tests/support/long_log.rs"]
mod long_log;

fn needle(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a needle in 100,000 lines");
    group.sample_size(20);
    for (name, text) in long_log::forms() {
        let lines: Vec<LogLine> = text
            .iter()
            .map(|text| LogLine {
                time: None,
                text: text.as_str().into(),
            })
            .collect();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let digest = digest("", black_box(&lines), false);
                assert_eq!(&*digest.error().unwrap().line.text, long_log::NEEDLE);
            });
        });
    }
    group.finish();
}

criterion_group!(logs, needle);
criterion_main!(logs);
