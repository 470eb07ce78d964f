//! One look at a cluster: what every headless command begins with.

use std::io::IsTerminal;
use std::sync::Arc;

use futures::future::BoxFuture;

use super::CouldNot;
use super::args::{Cli, ClusterArgs};
use super::source::{self, Opened};
use crate::engine::cluster::FailureKind;
use crate::engine::cluster::credential::{Lease, Lender};
use crate::engine::coverage::Status;
use crate::engine::evidence::dossier::{Dossier, Subject};
use crate::engine::finding::Severity;
use crate::engine::named::{Named, is_kind};
use crate::engine::object::{Kind, ObjectRef, Text};
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
    /// What it saw.
    pub snapshot: Arc<Snapshot>,
    /// The namespace that is meant where a name says none.
    pub home: Text,
}

/// Looks until everything has been read that can be.
///
/// # Errors
/// There is no cluster, or pods cannot be read and nothing was found either.
pub async fn look(cli: &Cli, no_logs: bool) -> Result<Look, CouldNot> {
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
        no_logs,
        now,
    };
    let engine = Engine::start(cluster, &options);
    let snapshot = engine.settled().await;
    if let Some(why) = blind(&snapshot) {
        return Err(CouldNot(why));
    }
    let home = cli.cluster.namespaces.first();
    Ok(Look {
        engine,
        snapshot,
        home: home.map_or(namespace, |name| name.as_str().into()),
    })
}

/// Why nothing can be said at all: pods could not be read anywhere and nothing else was found.
fn blind(snapshot: &Snapshot) -> Option<String> {
    let offline = matches!(snapshot.cluster.connection, Connection::Files { .. });
    if !snapshot.problems.is_empty() || (offline && snapshot.objects > 0) {
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
    /// At least so bad.
    pub severity: Severity,
    /// With a member of one of these kinds; any if empty.
    pub kinds: Vec<Kind>,
    /// With a member in one of these namespaces; any if empty.
    pub namespaces: Vec<String>,
}

impl Shown {
    /// What the arguments ask for.
    pub fn new(cluster: &ClusterArgs, severity: Severity, kinds: &[Kind]) -> Self {
        Self {
            severity,
            kinds: kinds.to_vec(),
            namespaces: cluster.namespaces.clone(),
        }
    }

    /// Whether a problem is shown. One look shows what is, not what was a moment ago.
    pub fn shows(&self, problem: &Problem) -> bool {
        let mut objects = problem.members.iter().map(|member| &member.finding.object);
        let in_namespaces = self.namespaces.is_empty()
            || objects.clone().any(|object| {
                // What is in no namespace (a node, a class) belongs to all of them.
                object.namespace.is_empty() || self.namespaces.iter().any(|one| **one == *object.namespace)
            });
        let of_kinds = self.kinds.is_empty()
            || objects.any(|object| self.kinds.iter().any(|kind| *kind.name() == *object.kind));
        problem.state == State::Active && problem.severity >= self.severity && in_namespaces && of_kinds
    }
}

/// The watched kind that a word of the command line means.
pub fn kind_named(word: &str) -> Result<Kind, String> {
    Kind::ALL
        .iter()
        .copied()
        .find(|kind| is_kind(word, kind.name()))
        .ok_or_else(|| {
            let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            format!(
                "{word:?} is no kind that is looked at; there are {}",
                names.join(", ")
            )
        })
}
