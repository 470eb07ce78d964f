//! Coverage: all that was looked at, wherever it is known.

use super::Core;
use super::custom::Customs;
use crate::engine::cluster::{Failure, FailureKind};
use crate::engine::coverage::{Coverage, Entry, Status};
use crate::engine::world::LogKey;

impl Core {
    pub(super) fn coverage(&self) -> Coverage {
        let mut entries = self.kinds.coverage(&self.info.id, &self.world);
        entries.extend(self.noted.iter().map(|entry| Entry {
            cluster: self.info.id.clone(),
            ..entry.clone()
        }));
        entries.extend(self.switched_off());
        let forbidden: Vec<(&LogKey, &Failure)> = self
            .unread
            .iter()
            .filter(|(_, failure)| failure.kind == FailureKind::Forbidden)
            .collect();
        if let Some((_, first)) = forbidden.first() {
            entries.push(Entry {
                cluster: self.info.id.clone(),
                what: "logs".into(),
                group: "".into(),
                kind: "Pod".into(),
                namespace: "".into(),
                status: Status::Forbidden,
                objects: forbidden.len() as u64,
                detail: first.what.clone(),
            });
        }
        entries.extend(self.skim.coverage(&self.info.id));
        let broken = self.customs.iter().flat_map(Customs::broken_files);
        entries.extend(broken.map(|error| Entry {
            cluster: self.info.id.clone(),
            what: "analyzer".into(),
            group: "".into(),
            kind: error.file.as_str().into(),
            namespace: "".into(),
            status: Status::Error,
            objects: 0,
            detail: error.to_string().into(),
        }));
        entries.extend(self.remotes.coverage(&self.info.id));
        entries.extend(self.configs.coverage(&self.info.id));
        entries.extend(self.histories.coverage(&self.info.id));
        Coverage::new(entries)
    }
}
