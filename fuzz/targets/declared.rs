//! Any text as a file of declared analyzers: used, or refused with line and column.
#![no_main]

use k8stui::engine::analyzers::declared::Catalog;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        let (catalog, errors) = Catalog::parse([("fuzz.yaml", text)]);
        assert!(
            catalog.all().is_empty() || errors.is_empty(),
            "one file is sound or broken"
        );
    }
});
