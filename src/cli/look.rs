//! One look at a cluster: what every headless command begins with.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::sync::Arc;

use futures::future::BoxFuture;

use super::CouldNot;
use super::args::{Cli, ClusterArgs};
use super::source::{self, Opened};
use crate::engine::cluster::FailureKind;
use crate::engine::cluster::credential::{Lease, Lender};
use crate::engine::coverage::Status;
use crate::engine::effort::Stopwatch;
use crate::engine::evidence::dossier::{Dossier, Subject};
use crate::engine::filter::Filter;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::Selector;
use crate::engine::named::Named;
use crate::engine::object::{Kind, ObjectRef, Text};
use crate::engine::openapi::Documentation;
use crate::engine::problem::{Problem, State};
use crate::engine::snapshot::{Connection, Snapshot};
use crate::engine::{Engine, Options};

/// A command's own terminal: a credential plugin may ask there.
pub struct OwnTerminal;

impl Lender for OwnTerminal {
    fn lend(&self) -> BoxFuture<'static, Option<Lease>> {
        let lease = std::io::stdin().is_terminal().then(Lease::free);
        Box::pin(async { lease })
    }
}

/// What one look gave, and the engine to ask further.
pub struct Look {
    /// The engine, still running.
    pub engine: Engine,
    /// What the API says of fields.
    pub documentation: Documentation,
    /// What it saw.
    pub snapshot: Arc<Snapshot>,
    /// The namespace that is meant where a name says none.
    pub home: Text,
}

/// How closely to look.
#[derive(Clone)]
pub struct Depth {
    /// Read the logs of what fails.
    pub logs: bool,
    /// Also some of what does not.
    pub skim_logs: bool,
    /// What is allowed more than need be.
    pub posture: bool,
    /// Also what is switched off.
    pub all_parts: bool,
    /// Measure what each analyzer costs.
    pub stopwatch: Option<Stopwatch>,
}

/// Everything: what is asked about may be any of it.
pub const ALL: Depth = Depth {
    logs: true,
    skim_logs: false,
    posture: true,
    all_parts: true,
    stopwatch: None,
};

/// Looks until everything has been read that can be.
///
/// # Errors
/// There is no cluster, or pods cannot be read and nothing was found either.
pub async fn look(cli: &Cli, depth: Depth) -> Result<Look, CouldNot> {
    let Opened {
        cluster,
        namespace,
        now,
        is_demo: _,
    } = source::open(&cli.cluster, Arc::new(OwnTerminal)).await?;
    let (config, dirs) = super::settings::read(cli)?;
    let options = Options {
        scope: cli.cluster.scope(&namespace),
        analyzers: super::analyzers::own(dirs.as_ref())?,
        remote: super::settings::remote(cli, &config, dirs.as_ref()),
        exclude: cli
            .cluster
            .exclude_namespace
            .iter()
            .map(|name| name.as_str().into())
            .collect(),
        posture: depth.posture,
        off: if depth.all_parts {
            Vec::new()
        } else {
            super::filters::off(&config)?
        },
        no_logs: !depth.logs,
        skim_logs: depth.skim_logs,
        stopwatch: depth.stopwatch,
        now,
    };
    let documentation = Documentation::of(&cluster);
    let engine = Engine::start(cluster, &options);
    let snapshot = engine.settled().await;
    if let Some(why) = blind(&snapshot) {
        return Err(CouldNot(why));
    }
    let home = cli.cluster.namespaces.first();
    Ok(Look {
        engine,
        documentation,
        snapshot,
        home: home.map_or(namespace, |name| name.as_str().into()),
    })
}

/// Why nothing can be said at all: pods could not be read anywhere and nothing else was found.
fn blind(snapshot: &Snapshot) -> Option<String> {
    let told = |problem: &Arc<Problem>| problem.severity > Severity::Info;
    let offline = matches!(snapshot.cluster.connection, Connection::Files { .. });
    if snapshot.problems.iter().any(told) || (offline && snapshot.objects > 0) {
        return None;
    }
    let pods: Vec<_> = snapshot
        .coverage
        .entries
        .iter()
        .filter(|entry| *entry.kind == *Kind::Pod.name() && &*entry.what == "kind")
        .collect();
    if pods.iter().any(|entry| matches!(entry.status, Status::Ok)) {
        return None;
    }
    let why = pods.iter().find(|entry| !entry.detail.is_empty());
    Some(why.map_or_else(
        || "no pod could be read".to_owned(),
        |entry| entry.detail.to_string(),
    ))
}

/// The dossier of what an ID of the command line stands for: a problem's or finding's id, or
/// `kind[.group]/[namespace/]name`.
///
/// # Errors
/// There is no such thing, or the name may mean several.
pub async fn dossier(look: &Look, id: &str) -> Result<Dossier, CouldNot> {
    let subject = match Named::parse(id) {
        None => problem(&look.snapshot, id)?,
        Some(named) => Subject::Object(object(look, id, named).await?),
    };
    let gone = || CouldNot(format!("{id} has gone meanwhile"));
    look.engine.dossier(subject).await.ok_or_else(gone)
}

fn problem(snapshot: &Snapshot, id: &str) -> Result<Subject, CouldNot> {
    let found = snapshot.problem(id).ok_or_else(|| {
        CouldNot(format!(
            "there is no problem {id:?}. `k8stui analyze` lists them; an ID is theirs or kind/[namespace/]name"
        ))
    })?;
    Ok(Subject::Problem(found.id.clone()))
}

/// The object that a name means: of several namesakes the one of the namespace where one is.
async fn object(look: &Look, id: &str, named: Named) -> Result<ObjectRef, CouldNot> {
    let found = look.engine.named(named.clone()).await;
    let home = found.iter().find(|object| object.namespace == look.home);
    match (found.as_slice(), home) {
        ([one], _) | (_, Some(one)) => Ok(one.clone()),
        ([], None) => unseen(look, id, &named).await,
        (several, None) => {
            let names: Vec<String> = several.iter().map(ObjectRef::path).collect();
            Err(CouldNot(format!(
                "{id} may be {}. Name one of them",
                names.join(" or ")
            )))
        }
    }
}

/// What is not watched, or may not be, is asked for: only the API can say whether it is there.
async fn unseen(look: &Look, id: &str, named: &Named) -> Result<ObjectRef, CouldNot> {
    let Some(object) = named.object(&look.home) else {
        return Err(CouldNot(format!(
            "{:?} is no kind that k8stui can look up; of custom kinds it knows those that problems name",
            named.kind()
        )));
    };
    match look.engine.source().object(object.clone()).await {
        Ok(_) => Ok(object),
        Err(failure) if failure.kind == FailureKind::NotFound => Err(CouldNot(format!(
            "there is no {id}: looked for {object}. An ID is a problem's or kind/[namespace/]name"
        ))),
        Err(failure) => Err(failure.into()),
    }
}

/// Which problems are shown: whole problems are hidden, after their causes were found.
#[derive(Clone, Debug)]
pub struct Shown {
    /// At least so bad; if nothing was said, a warning, or whatever a filter asks for that is never more than
    /// information.
    pub severity: Option<Severity>,
    /// With a member of one of these parts; any if empty.
    pub filters: Vec<Filter>,
    /// Those of them that ask for what is never more than information.
    apart: Vec<Filter>,
    /// With a member in one of these namespaces; any if empty.
    pub namespaces: Vec<String>,
    /// With one of these among its members or as its owner; any if `None`.
    pub labelled: Option<BTreeSet<ObjectRef>>,
}

impl Shown {
    /// What the arguments ask for.
    pub fn new(cluster: &ClusterArgs, severity: Option<Severity>, filters: &[Filter]) -> Self {
        Self {
            severity,
            filters: filters.to_vec(),
            apart: filters
                .iter()
                .filter(|filter| filter.asks_for_posture())
                .cloned()
                .collect(),
            namespaces: cluster.namespaces.clone(),
            labelled: None,
        }
    }

    /// Also asks for labels. The engine knows them: problems do not carry them.
    pub async fn select(&mut self, look: &Look, selector: &Selector) {
        let mut objects = BTreeSet::new();
        for problem in &look.snapshot.problems {
            objects.insert(problem.owner.clone());
            for member in &problem.members {
                objects.insert(member.finding.object.clone());
                objects.insert(member.finding.owner.clone());
            }
        }
        let objects = objects.into_iter().collect();
        self.labelled = Some(look.engine.labelled(selector.clone(), objects).await);
    }

    /// Whether a problem is shown. One look shows what is, not what was a moment ago.
    pub fn shows(&self, problem: &Problem) -> bool {
        let mut findings = problem.members.iter().map(|member| &*member.finding);
        let in_namespaces = findings.clone().any(|finding| self.is_in_namespaces(finding));
        let labelled = findings.clone().any(|finding| self.is_labelled(finding));
        let of_filters = findings.any(|finding| self.is_of_filters(finding));
        problem.state == State::Active
            && problem.severity >= self.least(problem)
            && in_namespaces
            && of_filters
            && labelled
    }

    /// Whether a finding itself is of what was asked for, not only its problem.
    pub fn names(&self, finding: &Finding) -> bool {
        self.is_in_namespaces(finding) && self.is_of_filters(finding) && self.is_labelled(finding)
    }

    fn is_in_namespaces(&self, finding: &Finding) -> bool {
        let namespace = &finding.object.namespace;
        // What is in no namespace (a node, a class) belongs to all of them.
        self.namespaces.is_empty()
            || namespace.is_empty()
            || self.namespaces.iter().any(|one| **one == **namespace)
    }

    fn least(&self, problem: &Problem) -> Severity {
        let covered = || {
            let mut findings = problem.members.iter().map(|member| &*member.finding);
            findings.any(|finding| self.apart.iter().any(|filter| filter.covers(finding)))
        };
        match self.severity {
            Some(severity) => severity,
            None if covered() => Severity::Info,
            None => Severity::Warning,
        }
    }

    fn is_of_filters(&self, finding: &Finding) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| filter.covers(finding))
    }

    fn is_labelled(&self, finding: &Finding) -> bool {
        let has = |labelled: &BTreeSet<ObjectRef>| {
            labelled.contains(&finding.object) || labelled.contains(&finding.owner)
        };
        self.labelled.as_ref().is_none_or(has)
    }
}
