//! Any lines behind the head of a recording: opened, or refused with a reason.
#![no_main]

use jiff::Timestamp;
use k8stui::engine::cluster::Files;
use libfuzzer_sys::fuzz_target;

const HEAD: &[u8] = b"{\"k8stui\":\"recording/v1\",\"at\":\"2026-01-01T00:00:00Z\",\"cluster\":{\"id\":\"c\",\"server_version\":\"v1.34.0\"}}\n";

fuzz_target!(|data: &[u8]| {
    let name = format!("k8stui-fuzz-{}.jsonl", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, [HEAD, data].concat()).expect("the temporary folder can be written");
    if let Ok(files) = Files::open(&path, None, Timestamp::UNIX_EPOCH) {
        files.take_objects();
        files.kinds();
    }
});
