//! JSON that arrives in chunks, taken apart: objects one after the other, the items of Lists and arrays, and the logs
//! that `kubectl cluster-info dump` writes between them.
//!
//! The scanner knows strings and nesting, nothing else of JSON: what it cuts out is checked by whoever decodes it, so
//! that an object that is broken spoils no other.

use super::piece::{LOG_END, ListHead, Piece, Span, TOO_LARGE, log_header};

/// An object may not be larger: the API server takes 3 MiB at most.
const LARGEST: usize = 32 * 1024 * 1024;
/// So much of a line outside of all objects is looked at.
const LINE: usize = 4096;

/// Takes the bytes of one file apart.
#[derive(Default)]
pub struct Scanner {
    offset: u64,
    line: u64,
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// The depth at which items lie, while inside of a List or an array.
    items: Option<usize>,
    /// Whether an item has begun: only objects are items.
    in_item: bool,
    /// Whether the outermost value had items.
    list: bool,
    head: ListHead,
    outer: Part,
    item: Part,
    /// A line outside of all values.
    text: Part,
    /// The log that is being passed over, and where it began.
    log: Option<([String; 3], Span)>,
    complained: bool,
}

/// Bytes that are being gathered, and where they began.
#[derive(Default)]
struct Part {
    bytes: Vec<u8>,
    at: Span,
    too_large: bool,
}

impl Part {
    fn begin(&mut self, offset: u64, line: u64) {
        self.bytes.clear();
        self.too_large = false;
        self.at = Span { offset, len: 0, line };
    }

    fn add(&mut self, bytes: &[u8]) {
        if self.bytes.len() + bytes.len() > LARGEST {
            self.too_large = true;
        } else {
            self.bytes.extend_from_slice(bytes);
        }
    }

    fn end(&self, offset: u64) -> Span {
        Span {
            len: offset - self.at.offset,
            ..self.at
        }
    }
}

impl Scanner {
    /// A scanner at the beginning of a file.
    pub fn new() -> Self {
        Self {
            line: 1,
            ..Self::default()
        }
    }

    /// Scans a chunk and hands on each piece that ends in it.
    pub fn feed(&mut self, chunk: &[u8], each: &mut dyn FnMut(Piece<'_>)) {
        let mut rest = chunk;
        while let Some((&byte, after)) = rest.split_first() {
            if self.depth == 0 {
                self.outside(byte, each);
                rest = after;
            } else if self.in_string && !self.escaped {
                let skip = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
                let (text, after) = rest.split_at(skip);
                self.keep(text);
                self.offset += skip as u64;
                self.line += memchr::memchr_iter(b'\n', text).count() as u64;
                rest = after;
                if let Some((&end, after)) = rest.split_first() {
                    self.keep(&[end]);
                    self.offset += 1;
                    self.escaped = end == b'\\';
                    self.in_string = end != b'"';
                    rest = after;
                }
            } else {
                self.offset += 1;
                self.line += u64::from(byte == b'\n');
                if self.escaped {
                    self.escaped = false;
                    self.keep(&[byte]);
                } else {
                    self.inside(byte, each);
                }
                rest = after;
            }
        }
    }

    /// Says what the end cut off.
    pub fn finish(mut self, each: &mut dyn FnMut(Piece<'_>)) {
        if self.depth > 0 {
            let (line, why) = if self.list {
                (self.line, "the list ends early: what came before is used")
            } else {
                (self.outer.at.line, "the object that begins here has no end")
            };
            let why = why.to_owned();
            each(Piece::Broken { line, why });
            if self.list {
                each(Piece::ListEnd {
                    whole: false,
                    list: &self.head,
                });
            }
        } else {
            self.end_of_line(each);
            if let Some((of, at)) = self.log.take() {
                let len = self.offset.saturating_sub(at.offset);
                each(Piece::Log {
                    of,
                    at: Span { len, ..at },
                });
            }
        }
    }

    /// Keeps bytes of a value where they belong.
    fn keep(&mut self, bytes: &[u8]) {
        if self.in_item {
            self.item.add(bytes);
        } else if self.items.is_none() {
            self.outer.add(bytes);
        }
    }

    fn inside(&mut self, byte: u8, each: &mut dyn FnMut(Piece<'_>)) {
        match byte {
            b'"' => {
                self.in_string = true;
                self.keep(&[byte]);
            }
            b'{' | b'[' => {
                if self.items == Some(self.depth) && byte == b'{' {
                    self.item.begin(self.offset - 1, self.line);
                    self.in_item = true;
                }
                let opens = byte == b'[' && self.depth == 1 && self.items.is_none() && self.names_items();
                self.depth += 1;
                self.keep(&[byte]);
                if opens {
                    self.items = Some(self.depth);
                    self.list = true;
                    self.head = ListHead::before_items(&self.outer.bytes);
                }
            }
            b'}' | b']' => {
                if self.items == Some(self.depth) && byte == b']' {
                    self.items = None;
                }
                self.keep(&[byte]);
                self.depth -= 1;
                if self.in_item && self.items == Some(self.depth) {
                    self.in_item = false;
                    self.end_of_item(each);
                } else if self.depth == 0 {
                    self.end_of_value(each);
                }
            }
            _ => self.keep(&[byte]),
        }
    }

    fn end_of_item(&mut self, each: &mut dyn FnMut(Piece<'_>)) {
        let at = self.item.end(self.offset);
        if self.item.too_large {
            each(Piece::Broken {
                line: at.line,
                why: TOO_LARGE.to_owned(),
            });
        } else {
            each(Piece::Item {
                text: &self.item.bytes,
                at,
                list: &self.head,
            });
        }
    }

    fn end_of_value(&mut self, each: &mut dyn FnMut(Piece<'_>)) {
        self.items = None;
        let at = self.outer.end(self.offset);
        if self.list {
            let list = &ListHead::of(&self.outer.bytes);
            each(Piece::ListEnd { whole: true, list });
        } else if self.outer.too_large {
            each(Piece::Broken {
                line: at.line,
                why: TOO_LARGE.to_owned(),
            });
        } else {
            each(Piece::Object {
                text: &self.outer.bytes,
                at,
            });
        }
        self.list = false;
        self.text.begin(self.offset, self.line);
    }

    /// Whether what was kept ends in `"items":`.
    fn names_items(&self) -> bool {
        let text = self.outer.bytes.trim_ascii_end();
        text.strip_suffix(b":")
            .is_some_and(|before| before.trim_ascii_end().ends_with(b"\"items\""))
    }

    fn outside(&mut self, byte: u8, each: &mut dyn FnMut(Piece<'_>)) {
        let is_blank = self.text.bytes.trim_ascii().is_empty();
        if self.log.is_none() && is_blank && matches!(byte, b'{' | b'[') {
            self.outer.begin(self.offset, self.line);
            self.list = byte == b'[';
            self.items = self.list.then_some(1);
            self.head = ListHead::default();
            self.outer.add(&[byte]);
            self.depth = 1;
        } else if byte == b'\n' {
            self.end_of_line(each);
            self.text.begin(self.offset + 1, self.line + 1);
            self.line += 1;
        } else if self.text.bytes.len() < LINE {
            self.text.bytes.push(byte);
        }
        self.offset += 1;
    }

    /// A line outside of all values: blank, the beginning or the end of a log, or something that does not belong here.
    fn end_of_line(&mut self, each: &mut dyn FnMut(Piece<'_>)) {
        let line = String::from_utf8_lossy(&self.text.bytes);
        let line = line.trim_start_matches('\u{feff}').trim();
        if let Some((of, at)) = &self.log {
            if line.starts_with(LOG_END) {
                let len = self.text.at.offset.saturating_sub(at.offset);
                each(Piece::Log {
                    of: of.clone(),
                    at: Span { len, ..*at },
                });
                self.log = None;
            }
        } else if let Some(of) = log_header(line) {
            let at = Span {
                offset: self.offset + 1,
                len: 0,
                line: self.line + 1,
            };
            self.log = Some((of, at));
        } else if !line.is_empty() && !matches!(line, "," | "]" | "---") && !self.complained {
            self.complained = true;
            let why = "neither an object nor a list".to_owned();
            each(Piece::Broken { line: self.line, why });
        }
        self.text.bytes.clear();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each piece as a line.
    fn scan(text: &str, chunk: usize) -> Vec<String> {
        let mut pieces = Vec::new();
        let mut each = |piece: Piece<'_>| {
            let cut = |at: Span| {
                let (start, len) = (at.offset as usize, at.len as usize);
                text.get(start..start + len).unwrap().to_owned()
            };
            pieces.push(match piece {
                Piece::Object { text, at } => {
                    assert_eq!(text, cut(at).as_bytes());
                    format!("{} object {}", at.line, cut(at))
                }
                Piece::Item { text, at, list } => {
                    assert_eq!(text, cut(at).as_bytes());
                    format!("{} item {} of {:?}", at.line, cut(at), list.kind)
                }
                Piece::ListEnd { whole, .. } => format!("list whole={whole}"),
                Piece::Log { of, at } => format!("{} log {} {:?}", at.line, of.join("/"), cut(at)),
                Piece::Broken { line, why } => format!("{line} broken {why}"),
            });
        };
        let mut scanner = Scanner::new();
        for part in text.as_bytes().chunks(chunk) {
            scanner.feed(part, &mut each);
        }
        scanner.finish(&mut each);
        pieces
    }

    #[test]
    fn everything_that_a_dump_may_hold_is_taken_apart_however_its_bytes_arrive() {
        let text = r#"{"kind":"PodList","metadata":{"x":"]}\"{"},"items":[
 {"a":"}","items":[{"b":1}]}, {"c":2}
]}
{"kind":"Pod","spec":{"items":[1]}}{"kind":"Node"}
==== START logs for container web of pod shop/web-1 ====
{"not":"an object"
second line
==== END logs for container web of pod shop/web-1 ====
[{"d":4},5,"six"]
what is this
{"e":6}
"#;
        let expected = [
            r#"2 item {"a":"}","items":[{"b":1}]} of "Pod""#,
            r#"2 item {"c":2} of "Pod""#,
            "list whole=true",
            r#"4 object {"kind":"Pod","spec":{"items":[1]}}"#,
            r#"4 object {"kind":"Node"}"#,
            r#"6 log shop/web-1/web "{\"not\":\"an object\"\nsecond line\n""#,
            r#"9 item {"d":4} of """#,
            "list whole=true",
            "10 broken neither an object nor a list",
            r#"11 object {"e":6}"#,
        ];
        for chunk in 1..text.len() {
            assert_eq!(scan(text, chunk), expected, "{chunk}");
        }
    }

    #[test]
    fn what_ends_early_says_where_and_what_came_before_counts() {
        assert_eq!(
            scan("{\"kind\":\"List\",\"items\":[{\"a\":1},\n{\"b\"", 7),
            [
                r#"1 item {"a":1} of """#,
                "2 broken the list ends early: what came before is used",
                "list whole=false"
            ]
        );
        assert_eq!(
            scan("\n{\"kind\":\"Pod\",", 7),
            ["2 broken the object that begins here has no end"]
        );
        assert!(scan("  \n\n", 1).is_empty());
    }

    proptest! {
        #[test]
        fn nothing_makes_it_stumble(text in "[\\[\\]{}\",:\\\\ \nia=-]{0,80}", chunk in 1usize..20) {
            // What it cuts out is where it says it is: `scan` checks that.
            let whole = scan(&text, text.len().max(1));
            prop_assert_eq!(scan(&text, chunk), whole);
        }
    }
}
