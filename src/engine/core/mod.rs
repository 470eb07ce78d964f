//! The engine without its I/O: takes in what the watches report and says what is wrong. Pure but for the time that
//! is passed in, so that a test can live a cluster's day in a millisecond.

mod analysis;
mod coverage;
mod custom;
mod dossier;
mod histories;
mod images;
mod kinds;
mod labels;
mod logs;
mod names;
mod placement;
mod prometheus;
mod remote;
mod shown;
mod skim;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

use std::sync::Arc;

use jiff::Timestamp;

use self::analysis::Analyses;
use self::custom::Customs;
use self::histories::Histories;
use self::kinds::Kinds;
use self::prometheus::Configs;
use self::remote::Remotes;
use self::shown::Hidden;
use self::skim::Skim;
use super::analyzers::Analyzer;
use super::analyzers::declared::LazyCatalog;
use super::causes::{Awaited, Changed, Problems};
use super::cluster::Failure;
use super::coverage::{Entry, Status};
use super::object::{Key, Kind, Text};
use super::playbook::{Playbook, PlaybookError};
use super::snapshot::{ClusterInfo, Connection, Snapshot};
use super::watch::{KindState, Report};
use super::world::{Delta, LogKey, Object, Part, Sync, World};

pub use self::custom::Change as CustomChange;
pub use self::histories::WantedHistory;
pub use self::logs::WantedLog;
pub use self::prometheus::WantedConfig;

/// What the engine knows, and how it comes to know more.
pub struct Core {
    world: World,
    kinds: Kinds,
    analyses: Analyses,
    problems: Problems,
    playbook: Playbook,
    info: ClusterInfo,
    started: Timestamp,
    /// The instance whose log was last asked for.
    asked: HashMap<LogKey, Text>,
    /// Logs that were asked for and have not come, by their pod.
    awaited: HashMap<Key, HashSet<LogKey>>,
    /// Logs to be asked for.
    wanted: Vec<WantedLog>,
    /// Logs that could not be read, and why.
    unread: BTreeMap<LogKey, Failure>,
    skim: Skim,
    /// Custom kinds, where they are to be watched.
    customs: Option<Customs>,
    remotes: Remotes,
    configs: Configs,
    histories: Histories,
    read_logs: bool,
    /// Whether all has been read once.
    complete: bool,
    grouped: bool,
    hidden: Hidden,
    /// What a source says of its own coverage, beyond kinds.
    noted: Vec<Entry>,
    /// The files that all this comes from, and the moment that they show.
    files: Option<(Text, Timestamp)>,
}

impl Core {
    /// A core that knows nothing yet but in which namespaces it is to look; all of them if there is none.
    pub fn new(
        context: &str,
        namespaces: Vec<Text>,
        analyzers: Vec<Box<dyn Analyzer>>,
        playbook: Playbook,
        read_logs: bool,
        now: Timestamp,
    ) -> Self {
        let mut info = Snapshot::empty(context, now).cluster;
        info.namespaces = namespaces;
        let mut world = World::default();
        for kind in Kind::ALL.iter().filter(|kind| kind.namespaced()) {
            for namespace in &info.namespaces {
                world.apply(Delta::Reading {
                    kind: *kind,
                    namespace: Some(namespace.clone()),
                });
            }
        }
        Self {
            world,
            kinds: Kinds::default(),
            analyses: Analyses::new(analyzers),
            problems: Problems::default(),
            playbook,
            info,
            started: now,
            asked: HashMap::new(),
            awaited: HashMap::new(),
            wanted: Vec::new(),
            unread: BTreeMap::new(),
            skim: Skim::default(),
            customs: None,
            remotes: Remotes::default(),
            configs: Configs::default(),
            histories: Histories::default(),
            read_logs,
            complete: false,
            grouped: true,
            hidden: Hidden::default(),
            noted: Vec::new(),
            files: None,
        }
    }

    /// Tells of playbook files that could not be used; the rest of the playbook goes on.
    pub fn broken_playbook(&mut self, broken: &[PlaybookError]) {
        self.noted.extend(broken.iter().map(|error| Entry {
            cluster: "".into(),
            what: "playbook".into(),
            group: "".into(),
            kind: error.file.as_str().into(),
            namespace: "".into(),
            status: Status::Error,
            objects: 0,
            detail: error.to_string().into(),
        }));
    }

    /// Has custom kinds watched too, as the cluster's definitions bring them.
    pub fn follow_customs(&mut self, catalog: Arc<LazyCatalog>) {
        self.customs = Some(Customs::new(catalog));
    }

    /// The custom kinds that came and went since this was last asked. What is known of those that went is forgotten.
    pub fn custom_changes(&mut self) -> CustomChange {
        self.complete |= self.is_complete();
        let Some(customs) = &mut self.customs else {
            return CustomChange::default();
        };
        let change = customs.change(&self.world);
        for kind in change.gone.iter().copied().map(Kind::Custom) {
            self.take_in(Delta::Synced {
                kind,
                namespace: None,
                keep: HashSet::new(),
            });
            for namespace in self.places_of(kind) {
                self.take_in(Delta::Unreadable { kind, namespace });
            }
            self.kinds.forget(kind);
        }
        for kind in change.come.iter().copied().map(Kind::Custom) {
            // A kind that comes to a cluster that is known already makes nothing provisional.
            for namespace in self.places_of(kind) {
                if namespace.is_some() || !self.complete {
                    self.world.apply(Delta::Reading { kind, namespace });
                }
            }
        }
        change
    }

    /// Where a kind is read: in each namespace that was asked for, or everywhere at once.
    fn places_of(&self, kind: Kind) -> Vec<Option<Text>> {
        let namespaces = self.info.namespaces.iter().filter(|_| kind.namespaced());
        let mut places: Vec<Option<Text>> = namespaces.cloned().map(Some).collect();
        if places.is_empty() {
            places.push(None);
        }
        places
    }

    /// Has the pasts of what fails read, so that problems know what changed before them.
    pub fn follow_changes(&mut self) {
        self.histories.follow();
    }

    /// Has the answers of these remote analyzers waited for.
    pub fn expect_answers(&mut self, analyzers: impl IntoIterator<Item = Text>) {
        self.remotes.expect(analyzers);
    }

    /// Whether what is said of a kind is of interest: a watch that was ended may have said something before.
    fn is_followed(&self, kind: Kind) -> bool {
        match (kind, &self.customs) {
            (Kind::Custom(kind), Some(customs)) => customs.wanted().contains(&kind),
            _ => true,
        }
    }

    /// What is told comes from files that show one moment.
    pub fn from_files(&mut self, name: Text, at: Timestamp) {
        self.files = Some((name, at));
    }

    /// The world as it is.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Takes in a report; what follows from it is found out by the next [`Core::settle`].
    pub fn take(&mut self, report: Report, now: Timestamp) {
        match report {
            Report::Deltas(deltas) => deltas.into_iter().for_each(|delta| self.apply(delta)),
            Report::First(objects) => {
                for object in objects {
                    if !self.knows_better(&object) {
                        self.apply(Delta::Upsert(object));
                    }
                }
            }
            Report::NoLog(key, failure) => {
                self.came(&key);
                self.unread.extend(self.skim.failed(key, failure));
            }
            Report::NoHistory(key, failure) => {
                self.histories.came(&key, Some(failure));
                self.touch(&Part::History(key));
            }
            Report::Kind {
                kind,
                namespace,
                state,
            } if self.is_followed(kind) => {
                let fails = matches!(state, KindState::Failing(..));
                // What was read once is still known while the server does not answer; what never was is not waited
                // for: it may fail for ever.
                if fails && self.world.sync(kind, namespace.as_deref().unwrap_or_default()) == Sync::Reading {
                    let namespace = namespace.clone();
                    self.apply(Delta::Unreadable { kind, namespace });
                }
                let readable = self.kinds.set(kind, namespace, state, now);
                // Whether absence means anything changed: everything of that kind reads differently.
                if readable {
                    self.grouped = false;
                }
            }
            Report::Kind { .. } => {}
            Report::Discovered(found) => {
                if let Some(customs) = &mut self.customs {
                    customs.discovered(found);
                }
            }
            Report::Expected { kind, objects } => self.kinds.expect(kind, objects),
            Report::Broken { key, why } => self.kinds.broken(key, why),
            Report::Asked { analyzer, answer } => self.remotes.answered(analyzer, answer),
            Report::Config { owner, read } => self.configs.came(owner, read),
            Report::Covered(entry) => self.noted.push(entry),
            Report::Identity { id, server_version } => {
                self.info.server_version = server_version;
                self.identify(id);
                if self.world.server_version != self.info.server_version {
                    self.world.server_version = self.info.server_version.clone();
                    // Of what is watched it concerns nodes alone.
                    for node in self.world.keys(Kind::Node) {
                        self.analyses.touch(&self.world, &node);
                    }
                }
            }
        }
    }

    /// A list that is through is fresher than the first look, and so is any object that has come since.
    fn knows_better(&self, object: &Object) -> bool {
        let key = object.key();
        self.world.sync(key.kind, &key.namespace) == Sync::Synced || self.world.meta(&key).is_some()
    }

    fn apply(&mut self, delta: Delta) {
        if delta.kind().is_none_or(|kind| self.is_followed(kind)) {
            self.take_in(delta);
        }
    }

    fn take_in(&mut self, delta: Delta) {
        match &delta {
            Delta::Log(key, _) => {
                self.came(key);
                self.unread.remove(key);
            }
            Delta::History(key, _) => self.histories.came(key, None),
            Delta::Upsert(object) => self.kinds.mended(&object.key()),
            Delta::Remove(key) => self.kinds.mended(key),
            Delta::Synced { kind, namespace, .. } => self.kinds.listed(*kind, namespace.as_deref()),
            Delta::Reading { .. } | Delta::Unreadable { .. } => {}
        }
        let place = match &delta {
            Delta::Synced { kind, namespace, .. } | Delta::Unreadable { kind, namespace } => {
                Some((*kind, namespace.clone()))
            }
            _ => None,
        };
        for part in self.world.ties(&delta) {
            self.touch(&part);
        }
        // What is about to go still says whom that concerns.
        for key in self.world.leaving(&delta) {
            self.analyses.touch(&self.world, &key);
        }
        for key in self.world.apply(delta) {
            if key.kind == Kind::CustomResourceDefinition
                && let Some(customs) = &mut self.customs
            {
                customs.touch();
            }
            self.skim.touch(&key);
            self.remotes.touch(&key);
            self.configs.touch(&self.world, &key);
            self.analyses.touch(&self.world, &key);
            for part in Part::of(&key) {
                self.touch(&part);
            }
        }
        if let Some((kind, namespace)) = place {
            self.analyses
                .touch_readers(&self.world, kind, namespace.as_deref());
            self.grouped = false;
        }
    }

    fn touch(&mut self, part: &Part) {
        self.analyses.touch_part(part);
        self.problems.touch(part);
    }

    fn identify(&mut self, id: Text) {
        if self.info.id == id {
            return;
        }
        self.info.id = id.clone();
        self.world.cluster = id;
    }

    /// Looks at everything that changed or is due, and says whether a snapshot would differ in more than its time.
    pub fn settle(&mut self, now: Timestamp) -> bool {
        // Ids hold the cluster's: what were said before it is known would have to be taken back.
        if self.info.id.is_empty() {
            return false;
        }
        self.analyses.run(&self.world, now);
        let said = self.remotes.take_findings(&self.world).into_iter();
        for (analyzer, findings) in said.chain(self.configs.take_findings()) {
            self.analyses.put(&self.world, &analyzer, findings);
        }
        self.want_logs();
        self.want_skims();
        let ids = self.analyses.take_changed();
        let leaves = self.problems.next_leave().is_some_and(|leave| leave <= now);
        let changed = match std::mem::replace(&mut self.grouped, true) {
            false => Changed::Everything,
            true if ids.is_empty() && !leaves && !self.problems.is_touched() => return false,
            true => Changed::Findings(&ids),
        };
        let (logs, histories) = (&self.awaited, &self.histories);
        let differs = self.problems.update(
            &self.world,
            self.analyses.findings(),
            changed,
            &self.playbook,
            &|what| match what {
                Awaited::Log(pod) => logs.contains_key(pod),
                Awaited::History(key) => histories.is_awaited(key),
            },
            now,
        );
        for problem in self.problems.take_fresh() {
            self.histories.want(&self.world, &problem, now);
        }
        differs
    }

    /// When to settle again although nothing is reported.
    pub fn next_due(&self) -> Option<Timestamp> {
        [self.analyses.next_due(), self.problems.next_leave()]
            .into_iter()
            .flatten()
            .min()
    }

    /// The configurations that should be read now.
    pub fn wanted_configs(&mut self) -> Vec<WantedConfig> {
        self.configs.take_wanted(&self.world)
    }

    /// The pasts that should be read now.
    pub fn wanted_histories(&mut self) -> Vec<WantedHistory> {
        self.histories.take_wanted()
    }

    /// The logs that should be read now, each instance of a container once.
    pub fn wanted_logs(&mut self) -> Vec<WantedLog> {
        std::mem::take(&mut self.wanted)
    }

    /// Whether the cluster is known, every kind has been read, or could not be, and every remote analyzer has answered,
    /// or did not.
    pub fn is_complete(&self) -> bool {
        let customs = self.customs.as_ref().is_none_or(|customs| {
            let mut wanted = customs.wanted().iter().copied().map(Kind::Custom);
            customs.is_fresh() && wanted.all(|kind| self.kinds.is_tried(kind))
        });
        !self.info.id.is_empty() && self.kinds.is_complete() && customs && self.remotes.is_complete()
    }

    /// All that is known.
    pub fn snapshot(&mut self, now: Timestamp) -> Snapshot {
        self.info.connection = self.kinds.connection(self.started, &self.world);
        if let (Connection::Live, Some((name, at))) = (&self.info.connection, &self.files) {
            self.info.connection = Connection::Files {
                name: name.clone(),
                at: *at,
            };
        }
        let pods = self.world.count(Kind::Pod);
        Snapshot {
            cluster: self.info.clone(),
            problems: self.shown(),
            coverage: self.coverage(),
            objects: self.kinds().map(|kind| self.world.count(kind) as u64).sum(),
            kinds: self
                .kinds()
                .filter(|kind| self.world.is_synced_somewhere(*kind))
                .count() as u32,
            healthy: pods.saturating_sub(self.problems.failing_pods()) as u64,
            healed: self.problems.healed(),
            settled: false,
            since: self.started,
            at: now,
        }
    }

    /// All kinds that are watched.
    fn kinds(&self) -> impl Iterator<Item = Kind> {
        let customs = self.customs.iter().flat_map(Customs::wanted);
        Kind::ALL
            .iter()
            .copied()
            .chain(customs.copied().map(Kind::Custom))
    }
}
