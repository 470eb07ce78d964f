//! Word wrap of styled text.

use std::borrow::Cow;

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;

use super::width::{cells, prefix, width};

/// Prose is read at most this wide.
pub const PROSE: u16 = 100;

/// How text is wrapped.
#[derive(Clone, Debug, Default)]
pub struct Wrap {
    /// Columns of a line, its indent included.
    pub columns: usize,
    /// Stands before the first line: a bullet, a quotation bar.
    pub first: Vec<Span<'static>>,
    /// Stands before each further line.
    pub rest: Vec<Span<'static>>,
}

impl Wrap {
    /// Wraps at `columns` without indents.
    pub fn at(columns: usize) -> Self {
        Self {
            columns,
            ..Self::default()
        }
    }

    /// Indents further lines by `columns` spaces.
    #[must_use]
    pub fn hanging(mut self, columns: usize) -> Self {
        self.rest = vec![Span::raw(" ".repeat(columns))];
        self
    }

    /// Wraps one paragraph. Blanks at the break are dropped, words wider than a line are broken by grapheme, and
    /// a text without words is one line.
    pub fn spans(&self, spans: &[Span<'_>]) -> Vec<Line<'static>> {
        let mut filler = Filler::new(self);
        let joined: String = spans.iter().map(|span| span.content.as_ref()).collect();
        let mut styles = Styles::new(spans);
        for word in words(&joined) {
            filler.word(word, &mut styles);
        }
        filler.finish()
    }

    /// Wraps one paragraph of one style.
    pub fn text(&self, text: &str, style: Style) -> Vec<Line<'static>> {
        self.spans(&[Span::styled(text, style)])
    }
}

/// Wraps plain text at `columns`, paragraph by paragraph.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let wrap = Wrap::at(columns);
    text.split('\n')
        .flat_map(|paragraph| wrap.text(paragraph, Style::new()))
        .map(|line| line.spans.into_iter().map(|span| span.content).collect())
        .collect()
}

/// A run of text between two places where a line may end: a word, or one wide character (Chinese and Japanese break
/// between any two), with the blanks after it.
#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    blanks: &'a str,
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = word_end(rest);
        let (word, after) = rest.split_at(end);
        let blank_end = after.find(|character| character != ' ').unwrap_or(after.len());
        let (blanks, after) = after.split_at(blank_end);
        words.push(Word { text: word, blanks });
        rest = after;
    }
    words
}

fn word_end(text: &str) -> usize {
    let mut before_is_wide = false;
    for (index, grapheme) in text.grapheme_indices(true) {
        if grapheme == " " {
            return index;
        }
        let is_wide = cells(grapheme) > 1;
        if index > 0 && (is_wide || before_is_wide) && !clings(grapheme) {
            return index;
        }
        before_is_wide = is_wide;
    }
    text.len()
}

/// Punctuation that must not begin a line.
fn clings(grapheme: &str) -> bool {
    matches!(
        grapheme,
        "、" | "。"
            | "，"
            | "．"
            | "："
            | "；"
            | "！"
            | "？"
            | "）"
            | "」"
            | "』"
            | "】"
            | "》"
            | "ー"
            | ","
            | "."
            | ":"
            | ";"
            | "!"
            | "?"
            | ")"
            | "]"
            | "}"
    )
}

/// Hands out the styles of consecutive pieces of the joined text.
struct Styles<'a> {
    spans: std::slice::Iter<'a, Span<'a>>,
    style: Style,
    left: usize,
}

impl<'a> Styles<'a> {
    fn new(spans: &'a [Span<'a>]) -> Self {
        Self {
            spans: spans.iter(),
            style: Style::new(),
            left: 0,
        }
    }

    /// Splits `text`, the next piece of the joined text, where its style changes.
    fn take<'t>(&mut self, mut text: &'t str) -> Vec<(&'t str, Style)> {
        let mut pieces = Vec::with_capacity(1);
        while !text.is_empty() {
            while self.left == 0 {
                let Some(span) = self.spans.next() else {
                    pieces.push((text, self.style));
                    return pieces;
                };
                self.style = span.style;
                self.left = span.content.len();
            }
            let (piece, after) = text.split_at(self.left.min(text.len()));
            self.left -= piece.len();
            pieces.push((piece, self.style));
            text = after;
        }
        pieces
    }
}

/// The beginning of a word that fits into `columns`: all of it, or up to a mark beyond its first third at which a
/// long name, path or address is broken well. At least one grapheme.
fn fitting(word: &str, columns: usize) -> &str {
    let longest = prefix(word, columns);
    if longest.len() == word.len() {
        return word;
    }
    if longest.is_empty() {
        return word.graphemes(true).next().unwrap_or(word);
    }
    let mark = longest.rfind(['/', '-', '.', ',', ':', '=', '_', '&', '?', ';', '|']);
    let after = mark.and_then(|mark| longest.get(..=mark));
    after
        .filter(|piece| width(piece) * 3 > columns)
        .unwrap_or(longest)
}

struct Filler<'w> {
    wrap: &'w Wrap,
    lines: Vec<Line<'static>>,
    line: Vec<Span<'static>>,
    used: usize,
    /// Nothing but the indent stands in the line.
    fresh: bool,
    /// Blanks that are written once a word follows them in the same line.
    pending: Vec<(String, Style)>,
    pending_width: usize,
}

impl<'w> Filler<'w> {
    fn new(wrap: &'w Wrap) -> Self {
        let mut filler = Self {
            wrap,
            lines: Vec::new(),
            line: Vec::new(),
            used: 0,
            fresh: true,
            pending: Vec::new(),
            pending_width: 0,
        };
        filler.indent(&wrap.first);
        filler
    }

    /// An indent that leaves no room for a word is left out: text is worth more.
    fn indent(&mut self, indent: &[Span<'static>]) {
        let columns: usize = indent.iter().map(|span| width(&span.content)).sum();
        if columns + 2 <= self.wrap.columns {
            self.line = indent.to_vec();
            self.used = columns;
        }
    }

    fn word(&mut self, word: Word<'_>, styles: &mut Styles<'_>) {
        let columns = width(word.text);
        let room = self.wrap.columns;
        if !self.fresh && self.used + self.pending_width + columns > room {
            self.break_line();
        }
        if self.fresh && self.used + self.pending_width + 2 > room {
            // Leading blanks that leave no room for a letter.
            self.pending.clear();
            self.pending_width = 0;
        }
        if !word.text.is_empty() {
            for (blank, style) in std::mem::take(&mut self.pending) {
                self.push(&blank, style);
            }
            self.used += std::mem::take(&mut self.pending_width);
        }
        let mut rest = word.text;
        while !rest.is_empty() {
            let piece = fitting(rest, room.saturating_sub(self.used));
            for (piece, style) in styles.take(piece) {
                self.push(piece, style);
            }
            self.used += width(piece);
            self.fresh = false;
            rest = rest.strip_prefix(piece).unwrap_or_default();
            if !rest.is_empty() {
                self.break_line();
            }
        }
        for (blank, style) in styles.take(word.blanks) {
            self.pending.push((blank.to_owned(), style));
        }
        self.pending_width += word.blanks.len();
    }

    fn push(&mut self, text: &str, style: Style) {
        match self.line.last_mut() {
            Some(last) if last.style == style => match &mut last.content {
                Cow::Owned(content) => content.push_str(text),
                borrowed @ Cow::Borrowed(_) => *borrowed = Cow::Owned(format!("{borrowed}{text}")),
            },
            _ => self.line.push(Span::styled(text.to_owned(), style)),
        }
    }

    fn break_line(&mut self) {
        self.pending.clear();
        self.pending_width = 0;
        self.lines.push(Line::from(std::mem::take(&mut self.line)));
        self.used = 0;
        self.fresh = true;
        self.indent(&self.wrap.rest);
    }

    fn finish(mut self) -> Vec<Line<'static>> {
        self.lines.push(Line::from(self.line));
        self.lines
    }
}
