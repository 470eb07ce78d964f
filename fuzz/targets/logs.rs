//! Any bytes as a container's log: the digester ends, and never panics.
#![no_main]

use k8stui::engine::analyzers::logs::{LogLine, digest, headline};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let lines: Vec<LogLine> = text
        .split('\n')
        .map(|line| LogLine {
            time: None,
            text: line.into(),
        })
        .collect();
    let digest = digest("id", &lines, false);
    if let Some(error) = digest.error() {
        headline(error);
    }
});
