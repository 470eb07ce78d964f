//! Makes text from a cluster or a model harmless: what could move the cursor, change colours, reverse the reading
//! direction or hide itself is shown instead of done.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar;

/// Marks above and below one letter that are drawn; with more, letters grow over the lines around them. No script
/// needs as many.
const MARKS: usize = 6;

/// Columns between two tab stops.
const TAB: usize = 4;

/// `text` as one line that a terminal only shows: line breaks become a space, tabs spaces up to the next stop,
/// controls their pictures (`␛`), and what cannot be seen its code point (`\u{202e}`).
pub fn clean(text: &str) -> Cow<'_, str> {
    replace(text, false)
}

/// The same for a text of several lines: line breaks stay, as `\n`.
pub fn clean_lines(text: &str) -> Cow<'_, str> {
    replace(text, true)
}

fn replace(text: &str, keep_lines: bool) -> Cow<'_, str> {
    let harmless = |byte: &u8| (0x20..0x7f).contains(byte) || (keep_lines && *byte == b'\n');
    let Some(first) = text.bytes().position(|byte| !harmless(&byte)) else {
        return Cow::Borrowed(text);
    };
    let mut shown = String::with_capacity(text.len() + 16);
    shown.push_str(text.get(..first).unwrap_or_default());
    let mut column = shown.rsplit('\n').next().map_or(0, str::len);
    let mut previous = shown.chars().next_back();
    let mut marks = 0;
    let mut characters = text.get(first..).unwrap_or_default().chars().peekable();
    while let Some(character) = characters.next() {
        let before = shown.len();
        marks = if character.width() == Some(0) {
            marks + 1
        } else {
            0
        };
        match character {
            '\n' if keep_lines => shown.push('\n'),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' => shown.push(' '),
            '\t' => shown.extend(std::iter::repeat_n(' ', TAB - column % TAB)),
            '\0'..='\x1f' => shown.extend(char::from_u32(0x2400 + u32::from(character))),
            '\x7f' => shown.push('␡'),
            // Presentation selectors: terminals disagree on the width they make, and nothing is lost without them.
            '\u{fe00}'..='\u{fe0f}' => {}
            '\u{200c}' | '\u{200d}' if previous.is_some_and(joins) => shown.push(character),
            // Between two emoji a joiner only makes one of them: they are shown side by side.
            '\u{200d}' if previous.is_some_and(|previous| previous > '\u{2000}') => {}
            hidden if is_hidden(hidden) || marks > MARKS => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(hidden));
            }
            other => shown.push(other),
        }
        column = match character {
            '\n' if keep_lines => 0,
            _ => column + super::width::width(shown.get(before..).unwrap_or_default()),
        };
        previous = Some(character);
    }
    Cow::Owned(shown)
}

/// Letters of scripts in which a joiner or non-joiner is spelling: Arabic, Hebrew, the scripts of India and beyond.
fn joins(letter: char) -> bool {
    ('\u{0590}'..'\u{2000}').contains(&letter)
}

/// What a terminal shows as nothing, or obeys.
fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{80}'..='\u{9f}'               // C1 controls, among them a one-byte CSI
        | '\u{ad}'                        // soft hyphen
        | '\u{34f}' | '\u{61c}'           // grapheme joiner, Arabic letter mark
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // Hangul fillers: letters that are blank
        | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'         // zero width space and joiners, direction marks
        | '\u{2028}'..='\u{202e}'         // separators, direction overrides
        | '\u{2060}'..='\u{206f}'         // word joiner, invisible operators, direction isolates
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}') // tags and more variation selectors
}
