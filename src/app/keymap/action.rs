//! What keys ask for.

/// What a key asks for. What it means in detail is the model's affair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// A line up.
    Up,
    /// A line down.
    Down,
    /// A screenful up.
    PageUp,
    /// A screenful down.
    PageDown,
    /// To the first line.
    Top,
    /// To the last line; a log or chat follows again.
    Bottom,
    /// Columns to the left.
    Left,
    /// Columns to the right.
    Right,
    /// Opens or closes what hangs on a row.
    Fold,
    /// Closes a row, or goes to the one that it hangs on.
    Close,
    /// Opens a row.
    Unfold,
    /// Goes in: the chat of a problem, the source of a fact.
    Enter,
    /// Comes back out; ends what is waited for.
    Back,
    /// To the next pane.
    NextPane,
    /// To the pane before.
    PreviousPane,
    /// The next tab of a problem.
    NextTab,
    /// The tab before.
    PreviousTab,
    /// The logs of what is selected.
    Logs,
    /// The YAML of what is selected.
    Yaml,
    /// The evidence with that number.
    Evidence(u8),
    /// Copies the first command.
    Copy,
    /// Copies the command with that number.
    CopyCommand(u8),
    /// Opens the line of the filter, or of the search in a text.
    Filter,
    /// Opens the line that goes to any object.
    GoTo,
    /// A chat about the whole cluster.
    AskCluster,
    /// Times absolute or as ages.
    Times,
    /// Hides or shows the other pane.
    Zoom,
    /// The next match; in a log without a search the next error line.
    NextMatch,
    /// The match before.
    PreviousMatch,
    /// Keeps only the lines that match.
    KeepMatches,
    /// Keeps only the lines that look like errors.
    ErrorsOnly,
    /// Follows the end, or stops to.
    Follow,
    /// Wraps long lines, or cuts them.
    Wrap,
    /// Takes the line into the next question.
    Attach,
    /// Into the line one types into.
    Compose,
    /// Sends what was typed.
    Submit,
    /// A line break in what is typed.
    NewLine,
    /// Completes the word.
    Complete,
    /// Yes.
    Accept,
    /// No.
    Decline,
    /// The page of keys.
    Help,
    /// Tries to reach the cluster now.
    Refresh,
    /// Draws the whole screen anew.
    Redraw,
    /// To the shell; `fg` comes back.
    Suspend,
    /// Leaves.
    Quit,
}
