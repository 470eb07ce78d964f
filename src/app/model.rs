//! All that the screen depends on: no handles, no channels, no clock.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Size;

use crate::chat::session::{Session, Speaker};
use crate::engine::finding::Severity;
use crate::engine::object::{ObjectRef, Text};
use crate::engine::placement::Placed;
use crate::engine::problem::{Problem, State};
use crate::engine::snapshot::{Connection, Snapshot};

use super::chat::Chat;
use super::clock::Clock;
use super::detail::{Detail, Loaded, Tab};
use super::filter::Filter;
use super::goto::GoTo;
use super::keymap::{Focus, Keymap};
use super::layout::Layout;
use super::message::RequestId;
use super::theme::Theme;
use super::tree::Tree;

/// Where one is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// The tree and the selected problem.
    #[default]
    Home,
    /// A conversation.
    Chat,
}

/// A pane. Where only one fits, the other is out of sight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The tree.
    #[default]
    Tree,
    /// The problem, or the conversation.
    Detail,
}

/// A line that is being typed at the bottom of the screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Prompt {
    /// The filter over the tree; its text is the filter's own.
    Filter,
    /// A search in the text on the screen.
    Search(String),
    /// A name to go to.
    GoTo(GoTo),
}

/// Something that lies over the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// The keys. `focus` is where one was.
    Help {
        /// Whose keys come first.
        focus: Focus,
        /// Lines above the first visible one.
        scroll: usize,
    },
    /// May text go to that host?
    Consent {
        /// The session that asks.
        session: Text,
        /// The host.
        host: Text,
    },
    /// Leave although an answer is still coming?
    Leave,
}

/// A line that goes away by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// What it says.
    pub text: String,
    /// Whether something could not be done.
    pub error: bool,
    /// When it goes.
    pub until: Timestamp,
}

/// A critical problem that has just begun: told in the header, as the cursor stays where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// The problem's id.
    pub problem: Text,
    /// Its title.
    pub title: Text,
    /// How many others began with it.
    pub others: usize,
    /// Until when it is told.
    pub until: Timestamp,
}

/// What does not change while the console runs.
#[derive(Clone, Debug)]
pub struct Setting {
    /// What everything looks like.
    pub theme: Theme,
    /// What keys mean.
    pub keymap: Keymap,
    /// The person's time zone.
    pub zone: TimeZone,
    /// Who answers in chats.
    pub speaker: Speaker,
    /// Whether commands that change the cluster are not offered.
    pub read_only: bool,
    /// Whether signs are drawn in ASCII.
    pub ascii: bool,
}

/// The model.
#[derive(Debug)]
pub struct Model {
    /// What does not change.
    pub setting: Setting,
    /// The moment that the screen shows.
    pub now: Timestamp,
    /// The terminal's size.
    pub size: Size,
    /// Whether times are shown as such, and not as ages.
    pub absolute_times: bool,
    /// What the engine knows.
    pub snapshot: Arc<Snapshot>,
    /// The tree.
    pub tree: Tree,
    /// What of the tree is shown.
    pub filter: Filter,
    /// Where one is.
    pub place: Place,
    /// Which pane has the keyboard.
    pub pane: Pane,
    /// Whether that pane alone is shown.
    pub zoomed: bool,
    /// The right pane.
    pub detail: Detail,
    /// An object that the right pane is about, in place of what is selected in the tree.
    pub visit: Option<ObjectRef>,
    /// The conversations of this run.
    pub chats: Vec<Chat>,
    /// The index of the one on the screen.
    pub chat: usize,
    /// What is being typed at the bottom.
    pub prompt: Option<Prompt>,
    /// What lies over the screen.
    pub overlay: Option<Overlay>,
    /// A line that goes away by itself.
    pub toast: Option<Toast>,
    /// A critical problem that has just begun.
    pub news: Option<News>,
    requests: u64,
}

impl Model {
    /// A console of which nothing is known yet.
    pub fn new(setting: Setting, context: &str, size: Size, now: Timestamp) -> Self {
        let mut model = Self {
            setting,
            now,
            size,
            absolute_times: false,
            snapshot: Arc::new(Snapshot::empty(context, now)),
            tree: Tree::default(),
            filter: Filter::default(),
            place: Place::default(),
            pane: Pane::default(),
            zoomed: false,
            detail: Detail::default(),
            visit: None,
            chats: Vec::new(),
            chat: 0,
            prompt: None,
            overlay: None,
            toast: None,
            news: None,
            requests: 0,
        };
        model.measure_tree();
        model
    }

    /// Tells the tree how many rows it has. Out of sight it keeps the number it had.
    pub fn measure_tree(&mut self) {
        if let Some(layout) = self.layout().filter(|layout| !layout.tree.is_empty()) {
            self.tree.set_height(usize::from(layout.tree_rows().height));
        }
    }

    /// The number of the next request.
    pub const fn next_request(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }

    /// Where everything stands; `None` where the terminal is too small.
    pub fn layout(&self) -> Option<Layout> {
        Layout::of(
            self.size,
            self.place,
            self.pane,
            self.zoomed,
            self.footer_height(),
        )
    }

    fn footer_height(&self) -> u16 {
        match self.current_chat().filter(|_| self.place == Place::Chat) {
            Some(chat) => chat
                .composer
                .borrow()
                .height(self.size.width)
                .min(self.size.height / 3)
                .max(1),
            None => 1,
        }
    }

    /// What has the keyboard.
    pub fn focus(&self) -> Focus {
        match &self.overlay {
            Some(Overlay::Help { .. }) => return Focus::Help,
            Some(Overlay::Consent { .. } | Overlay::Leave) => return Focus::Dialog,
            None => {}
        }
        if self.prompt.is_some() {
            return Focus::Filter;
        }
        match (self.place, self.pane) {
            (_, Pane::Tree) => Focus::Tree,
            (Place::Home, Pane::Detail) => match self.detail.tab {
                Tab::Logs => Focus::Logs,
                Tab::Yaml => Focus::Yaml,
                Tab::Overview | Tab::Evidence | Tab::Events | Tab::Chat => Focus::Detail,
            },
            (Place::Chat, Pane::Detail) => match self.current_chat() {
                Some(chat) if chat.composing => Focus::Composer,
                Some(_) | None => Focus::Chat,
            },
        }
    }

    /// The conversation on the screen.
    pub fn current_chat(&self) -> Option<&Chat> {
        self.chats.get(self.chat)
    }

    /// The conversation on the screen, to be changed.
    pub fn current_chat_mut(&mut self) -> Option<&mut Chat> {
        self.chats.get_mut(self.chat)
    }

    /// The problem under the cursor.
    pub fn selected_problem(&self) -> Option<&Arc<Problem>> {
        self.tree.selected().map(|row| &row.problem)
    }

    /// Where the pod of a problem could run, if that is the problem which the pane is about.
    pub fn placement_of(&self, problem: &Problem) -> Option<&Loaded<Option<Box<Placed>>>> {
        let subject = self.detail.subject.as_ref()?;
        problem
            .answers_to(&subject.problem)
            .then_some(&self.detail.placement)
    }

    /// The tabs of what the right pane is about.
    pub const fn tabs(&self) -> &'static [Tab] {
        if self.visit.is_some() {
            Tab::OF_OBJECT
        } else {
            &Tab::ALL
        }
    }

    /// Since when nothing was heard of the cluster.
    pub fn lost_since(&self) -> Option<Timestamp> {
        match &self.snapshot.cluster.connection {
            Connection::Lost { since, .. } => Some(*since),
            Connection::Connecting
            | Connection::Reading { .. }
            | Connection::Live
            | Connection::Files { .. } => None,
        }
    }

    /// The moment at which facts stand still: nothing was heard since, or files show no other.
    fn stands_at(&self) -> Option<Timestamp> {
        match &self.snapshot.cluster.connection {
            Connection::Files { at, .. } => Some(*at),
            _ => self.lost_since(),
        }
    }

    /// The clock that a frame is drawn with.
    pub fn clock(&self) -> Clock {
        Clock::new(
            self.now,
            self.stands_at(),
            self.absolute_times,
            self.setting.zone.clone(),
        )
    }

    /// Goes home or into a conversation: the tree beside it shows problems alone.
    pub fn go(&mut self, place: Place, pane: Pane) {
        self.place = place;
        self.pane = pane;
        self.tree.set_flat(place == Place::Chat);
        self.rebuild_tree();
    }

    /// Makes the rows anew after the filter or the kind of rows changed.
    pub fn rebuild_tree(&mut self) {
        self.tree
            .set_problems(&self.snapshot.problems, &self.filter, false);
    }

    /// The id of the conversation about a problem from its present onset on.
    pub fn chat_about(&self, problem: &Problem) -> Option<Text> {
        let onset = session_id(&self.snapshot, problem);
        self.chats
            .iter()
            .find(|chat| *chat.session.id() == onset || goes_on(&chat.session, problem))
            .map(|chat| chat.session.id().clone())
    }

    /// Active problems of that severity.
    pub fn count(&self, severity: Severity) -> usize {
        let active = |problem: &&Arc<Problem>| problem.state == State::Active && problem.severity == severity;
        self.snapshot.problems.iter().filter(active).count()
    }

    /// When the model wants to be told the time, apart from what the last frame showed.
    pub fn alarm(&self) -> Option<Timestamp> {
        let logs = self.detail.logs.as_ref().filter(|logs| logs.held.is_some());
        let opens_at = logs.map(|logs| logs.opens_at);
        [self.detail.settles_at, opens_at].into_iter().flatten().min()
    }
}

/// A problem that got a better root has another id, and is what the conversation is about all the same; one that
/// healed and began anew is not.
fn goes_on(session: &Session, problem: &Problem) -> bool {
    problem.answers_to(session.problem_id()) && problem.since.is_none_or(|since| since <= session.started())
}

/// The id of the conversation about a problem from its present onset on: problem and time, so that it is found again
/// after a restart and a new onset begins a new one.
pub fn session_id(snapshot: &Snapshot, problem: &Problem) -> Text {
    session_of(snapshot, problem, &problem.id)
}

/// The ids that the same conversation may have: also those under which it was begun while the problem had another
/// root.
pub fn session_ids(snapshot: &Snapshot, problem: &Problem) -> Vec<Text> {
    std::iter::once(&problem.id)
        .chain(&problem.aliases)
        .map(|id| session_of(snapshot, problem, id))
        .collect()
}

fn session_of(snapshot: &Snapshot, problem: &Problem, id: &str) -> Text {
    let onset = problem.since.map_or(0, Timestamp::as_second).to_string();
    crate::engine::id::short_hash(&[&snapshot.cluster.id, id, &onset])
}
