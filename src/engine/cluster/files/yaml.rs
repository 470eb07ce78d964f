//! YAML that arrives line by line, taken apart into its documents, and Lists into their items: no more than one
//! object lies in memory, and one that is broken spoils no other.
//!
//! Where a document or an item ends is told by indentation alone, which holds for block style (what kubectl, oc and
//! people write); a List in flow style comes as one document.

use super::piece::{ListHead, Piece, Span, TOO_LARGE};

/// An object may not be larger.
const LARGEST: usize = 32 * 1024 * 1024;

/// Which part of a document the next line belongs to.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Within {
    /// What is around the items of a List, or all of another document.
    #[default]
    Outer,
    /// The items of a List, none of which has come.
    Begun,
    /// The items of a List, which are indented so far.
    Items(usize),
}

/// Takes the lines of one file apart.
#[derive(Default)]
pub struct Splitter {
    offset: u64,
    line: u64,
    outer: Vec<u8>,
    outer_at: Span,
    within: Within,
    list: bool,
    head: ListHead,
    item: Vec<u8>,
    item_at: Span,
}

impl Splitter {
    /// A splitter at the beginning of a file.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a line, with its end, and hands on what it ends.
    pub fn feed(&mut self, line: &[u8], each: &mut dyn FnMut(Piece<'_>)) {
        self.line += 1;
        let text = line.trim_ascii_end();
        let marks = |mark: &[u8]| {
            text.strip_prefix(mark)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b" "))
        };
        if marks(b"---") || marks(b"...") {
            self.end_of_document(each);
            // A document may begin on the line of its mark.
            let mut rest = line.to_vec();
            if let Some(mark) = rest.get_mut(..3) {
                mark.fill(b' ');
            }
            self.outer_at.offset = self.offset;
            self.keep(&rest);
        } else {
            self.content(line, text, each);
        }
        self.offset += line.len() as u64;
    }

    /// Hands on what the end of the file ends.
    pub fn finish(mut self, each: &mut dyn FnMut(Piece<'_>)) {
        self.end_of_document(each);
    }

    fn content(&mut self, line: &[u8], text: &[u8], each: &mut dyn FnMut(Piece<'_>)) {
        let body = text.trim_ascii_start();
        let indent = text.len() - body.len();
        let says_nothing = body.is_empty() || body.starts_with(b"#");
        if self.within != Within::Outer {
            let dash = body == b"-" || body.starts_with(b"- ");
            if says_nothing {
                self.item.extend_from_slice(line);
                return;
            }
            if dash && (self.within == Within::Begun || self.within == Within::Items(indent)) {
                self.end_of_item(each);
                self.within = Within::Items(indent);
                self.item_at = Span {
                    offset: self.offset,
                    len: 0,
                    line: self.line,
                };
                let mut first = line.to_vec();
                if let Some(dash) = first.get_mut(indent) {
                    *dash = b' ';
                }
                self.item.extend_from_slice(&first);
                return;
            }
            if matches!(self.within, Within::Items(expected) if indent > expected) {
                if self.item.len() <= LARGEST {
                    self.item.extend_from_slice(line);
                }
                return;
            }
            self.end_of_item(each);
            self.within = Within::Outer;
        }
        if text == b"items:" {
            self.within = Within::Begun;
            self.list = true;
            self.head = head(&self.outer);
        } else {
            self.keep(line);
        }
    }

    fn keep(&mut self, line: &[u8]) {
        if self.outer.is_empty() {
            self.outer_at = Span {
                offset: self.offset,
                len: 0,
                line: self.line,
            };
        }
        if self.outer.len() <= LARGEST {
            self.outer.extend_from_slice(line);
        }
    }

    fn end_of_item(&mut self, each: &mut dyn FnMut(Piece<'_>)) {
        let item = std::mem::take(&mut self.item);
        if item.trim_ascii().is_empty() {
            return;
        }
        let at = Span {
            len: self.offset - self.item_at.offset,
            ..self.item_at
        };
        if item.len() > LARGEST {
            let why = TOO_LARGE.to_owned();
            each(Piece::Broken { line: at.line, why });
            return;
        }
        let list = &self.head;
        each(Piece::Item {
            text: &item,
            at,
            list,
        });
    }

    fn end_of_document(&mut self, each: &mut dyn FnMut(Piece<'_>)) {
        self.end_of_item(each);
        let outer = std::mem::take(&mut self.outer);
        self.within = Within::Outer;
        let at = Span {
            len: self.offset - self.outer_at.offset,
            ..self.outer_at
        };
        if std::mem::take(&mut self.list) {
            let list = &head(&outer);
            each(Piece::ListEnd { whole: true, list });
        } else if outer.len() > LARGEST {
            let why = TOO_LARGE.to_owned();
            each(Piece::Broken { line: at.line, why });
        } else if !says_nothing(&outer) {
            each(Piece::Object { text: &outer, at });
        }
    }
}

fn says_nothing(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .all(|line| line.is_empty() || line.starts_with(b"#"))
}

/// What a List says before its items, in lines of `key: value`.
fn head(text: &[u8]) -> ListHead {
    let text = String::from_utf8_lossy(text);
    let value = |key: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(key))
            .map(|value| value.trim().trim_matches('"').to_owned())
            .unwrap_or_default()
    };
    ListHead {
        api_version: value("apiVersion:"),
        kind: value("kind:").strip_suffix("List").unwrap_or_default().to_owned(),
    }
}

/// The JSON of a piece of YAML.
///
/// # Errors
/// The line, counted within the piece, and what is wrong there.
pub fn to_json(text: &[u8]) -> Result<serde_json::Value, (u64, String)> {
    let text = std::str::from_utf8(text).map_err(|error| (1, error.to_string()))?;
    // `y` and `off` are words: whoever writes what the API serves quotes what could be taken for something else.
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let line = error.location().map_or(1, |location| location.line());
        (line, error.without_snippet().to_string())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(text: &str) -> Vec<String> {
        let mut pieces = Vec::new();
        let mut each = |piece: Piece<'_>| {
            let json = |piece: &[u8]| match to_json(piece) {
                Ok(json) => json.to_string(),
                Err((line, _)) => format!("broken on line {line}"),
            };
            pieces.push(match piece {
                Piece::Object { text: piece, at } => {
                    let cut = text
                        .get(at.offset as usize..(at.offset + at.len) as usize)
                        .unwrap();
                    assert_eq!(
                        to_json(cut.trim_start_matches("---").as_bytes()).ok(),
                        to_json(piece).ok()
                    );
                    format!("{} {}", at.line, json(piece))
                }
                Piece::Item { text, at, list } => {
                    format!("{} item {} of {:?}", at.line, json(text), list.kind)
                }
                Piece::ListEnd { .. } => "list".to_owned(),
                other => format!("{other:?}"),
            });
        };
        let mut splitter = Splitter::new();
        for line in text.split_inclusive('\n') {
            splitter.feed(line.as_bytes(), &mut each);
        }
        splitter.finish(&mut each);
        pieces
    }

    #[test]
    fn documents_are_parted() {
        let text = "# a comment\n---\na: 1\n---  # with words\nb:\n- x\n- y\n--- {c: 3}\n...\n---\n";
        assert_eq!(
            split(text),
            [r#"2 {"a":1}"#, r#"4 {"b":["x","y"]}"#, r#"8 {"c":3}"#]
        );
    }

    #[test]
    fn lists_are_taken_apart_at_any_indentation_and_a_broken_item_spoils_no_other() {
        for indent in ["", "  "] {
            let text = format!(
                "apiVersion: v1\nkind: PodList\nitems:\n{indent}- a: |\n{indent}    - text\n\n{indent}  b: [1,\n{indent}   2]\n{indent}- c: \"{indent}\n{indent}-\n{indent}  d:\n{indent}  - 4\nmetadata: {{}}\n"
            );
            assert_eq!(
                split(&text),
                [
                    r#"4 item {"a":"- text\n","b":[1,2]} of "Pod""#,
                    "9 item broken on line 2 of \"Pod\"",
                    r#"10 item {"d":[4]} of "Pod""#,
                    "list"
                ],
                "{indent:?}"
            );
        }
        assert_eq!(
            split("items: []\nkind: List\n"),
            [r#"1 {"items":[],"kind":"List"}"#]
        );
    }

    proptest! {
        #[test]
        fn nothing_makes_it_stumble(lines in prop::collection::vec("(---|items:|  - a: 1|- b|[ -~]{0,12}|)", 0..12)) {
            let text = lines.join("\n");
            let mut ends = 0;
            let mut splitter = Splitter::new();
            for line in text.split_inclusive('\n') {
                splitter.feed(line.as_bytes(), &mut |piece| {
                    if let Piece::Object { at, .. } | Piece::Item { at, .. } = piece {
                        assert!(at.offset >= ends && text.get(at.offset as usize..(at.offset + at.len) as usize).is_some());
                        ends = at.offset;
                    }
                });
            }
            splitter.finish(&mut |_| {});
        }
    }
}
