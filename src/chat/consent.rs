//! Hosts that a person said text may go to, remembered in a file.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// The remembered hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consents {
    hosts: BTreeSet<String>,
}

impl Consents {
    /// What the file remembers; nothing where there is none or it cannot be understood: then the person is asked
    /// again.
    pub fn load(path: &Path) -> Self {
        fs::read(path)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Whether text may go there.
    pub fn allows(&self, host: &str) -> bool {
        self.hosts.contains(host)
    }

    /// Adds a host, in memory and in the file. The file is replaced as a whole: a crash leaves the old one or the
    /// new one.
    pub fn remember(&mut self, host: &str, path: &Path) -> io::Result<()> {
        self.hosts.insert(host.to_owned());
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        fs::create_dir_all(folder)?;
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.new", std::process::id()));
        let new = folder.join(name);
        let mut file = fs::File::create(&new)?;
        serde_json::to_writer_pretty(&mut file, self)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(&new, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_remembered_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/consent.json");
        let mut consents = Consents::load(&path);
        assert!(!consents.allows("api.example.com"));
        consents.remember("api.example.com", &path).unwrap();
        consents.remember("llm.example.com:8443", &path).unwrap();
        let loaded = Consents::load(&path);
        assert!(loaded.allows("api.example.com") && loaded.allows("llm.example.com:8443"));
        assert!(!loaded.allows("llm.example.com"));
        assert_eq!(
            fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "no litter"
        );
    }

    #[test]
    fn a_broken_file_means_asking_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("consent.json");
        fs::write(&path, "{\"hosts\": [").unwrap();
        assert_eq!(Consents::load(&path), Consents::default());
    }
}
