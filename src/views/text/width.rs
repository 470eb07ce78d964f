//! Text in columns of the terminal. Measured by grapheme, as ratatui's buffer does when it draws.

use std::borrow::Cow;

use ratatui::buffer::CellWidth;
use unicode_segmentation::UnicodeSegmentation;

/// Stands for what was cut off.
pub const ELLIPSIS: &str = "…";

/// Columns that `text` takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true).map(cells).sum()
}

/// Columns that one grapheme takes. Controls take one: what is measured has been made harmless before.
pub fn cells(grapheme: &str) -> usize {
    if grapheme.len() == 1 {
        return 1;
    }
    usize::from(grapheme.cell_width())
}

/// `text` in at most `columns`, its end replaced by `…` where it is longer.
pub fn truncate(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let Some(room) = columns.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    Cow::Owned(format!("{}{ELLIPSIS}", prefix(text, room)))
}

/// `text` in at most `columns`, its middle replaced by `…`: of a pod's name both ends tell something.
pub fn truncate_middle(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let Some(room) = columns.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    let end = room / 2;
    Cow::Owned(format!(
        "{}{ELLIPSIS}{}",
        prefix(text, room - end),
        suffix(text, end)
    ))
}

/// The longest beginning of `text` that takes at most `columns`.
pub fn prefix(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (index, grapheme) in text.grapheme_indices(true) {
        used += cells(grapheme);
        if used > columns {
            return text.get(..index).unwrap_or_default();
        }
    }
    text
}

/// The longest end of `text` that takes at most `columns`.
pub fn suffix(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (index, grapheme) in text.grapheme_indices(true).rev() {
        used += cells(grapheme);
        if used > columns {
            return text.get(index + grapheme.len()..).unwrap_or_default();
        }
    }
    text
}

/// `text` without its first `columns`; a wide character that is cut in two leaves a space.
pub fn skip(text: &str, columns: usize) -> Cow<'_, str> {
    let mut used = 0;
    for (index, grapheme) in text.grapheme_indices(true) {
        if used >= columns {
            let rest = text.get(index..).unwrap_or_default();
            return match used - columns {
                0 => Cow::Borrowed(rest),
                cut => Cow::Owned(format!("{}{rest}", " ".repeat(cut))),
            };
        }
        used += cells(grapheme);
    }
    Cow::Owned(" ".repeat(used.saturating_sub(columns)))
}

/// `text` in exactly `columns`, cut or filled with spaces at its end.
pub fn pad(text: &str, columns: usize) -> String {
    let shown = truncate(text, columns);
    let fill = columns.saturating_sub(width(&shown));
    format!("{shown}{}", " ".repeat(fill))
}

/// `text` in exactly `columns`, cut at its end or filled with spaces at its beginning: numbers stand to the right.
pub fn pad_start(text: &str, columns: usize) -> String {
    let shown = truncate(text, columns);
    let fill = columns.saturating_sub(width(&shown));
    format!("{}{shown}", " ".repeat(fill))
}
