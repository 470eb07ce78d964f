//! Takes a List apart while it arrives: each item is handed on as soon as its last byte is there, so that a list of
//! 160 MB never lies in memory, decoding overlaps the network, and an item that does not decode spoils no other.

/// What is left of a List without its items.
#[derive(Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct Envelope {
    /// Its metadata.
    pub metadata: ListMeta,
}

/// The metadata of a List.
#[derive(Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ListMeta {
    /// Where a watch goes on from.
    pub resource_version: String,
    /// Set where there is more to ask for.
    #[serde(rename = "continue")]
    pub continue_token: Option<String>,
    /// How much more there is, where the server says so.
    pub remaining_item_count: Option<u64>,
}

/// A scanner over the bytes of one List. It knows strings and nesting, nothing else of JSON: what it cuts out is
/// checked by whoever decodes it.
#[derive(Debug, Default)]
pub struct Splitter {
    /// Everything outside of the items.
    skeleton: Vec<u8>,
    /// The part of an item whose end has not arrived.
    partial: Vec<u8>,
    depth: usize,
    in_string: bool,
    escaped: bool,
    in_items: bool,
}

impl Splitter {
    /// Scans a chunk and calls `item` with the bytes of each item that ends in it.
    pub fn feed(&mut self, chunk: &[u8], mut item: impl FnMut(&[u8])) {
        let mut start = (self.in_items && self.depth > 2).then_some(0);
        let mut at = 0;
        while let Some(&byte) = chunk.get(at) {
            let outside = !self.in_items || self.depth <= 2;
            if self.in_string {
                let rest = chunk.get(at..).unwrap_or_default();
                if self.escaped {
                    self.escaped = false;
                } else {
                    let skip = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
                    if outside {
                        self.skeleton
                            .extend_from_slice(rest.get(..skip).unwrap_or_default());
                    }
                    at += skip;
                    match chunk.get(at) {
                        Some(b'"') => self.in_string = false,
                        Some(_) => self.escaped = true,
                        None => continue,
                    }
                }
            } else {
                match byte {
                    b'"' => self.in_string = true,
                    b'{' | b'[' => {
                        if self.in_items && self.depth == 2 && byte == b'{' {
                            start = Some(at);
                        }
                        self.in_items |= byte == b'[' && self.depth == 1 && self.names_items();
                        self.depth += 1;
                    }
                    b'}' | b']' => {
                        self.depth = self.depth.saturating_sub(1);
                        if self.in_items && self.depth == 2 && byte == b'}' {
                            let begin = start.take().unwrap_or(at);
                            let end = chunk.get(begin..=at).unwrap_or_default();
                            if self.partial.is_empty() {
                                item(end);
                            } else {
                                self.partial.extend_from_slice(end);
                                item(&self.partial);
                                self.partial.clear();
                            }
                            at += 1;
                            continue;
                        }
                        if self.in_items && self.depth == 1 {
                            self.in_items = false;
                        }
                    }
                    _ => {}
                }
            }
            // Between items there are only commas and blanks, which the skeleton must not keep.
            let between =
                self.in_items && self.depth == 2 && matches!(byte, b',' | b' ' | b'\n' | b'\r' | b'\t');
            if outside && !between && start.is_none() {
                self.skeleton.extend(chunk.get(at));
            }
            at += 1;
        }
        if let Some(begin) = start {
            self.partial
                .extend_from_slice(chunk.get(begin..).unwrap_or_default());
        }
    }

    /// Whether the skeleton ends in `"items":`.
    fn names_items(&self) -> bool {
        let text = self.skeleton.trim_ascii_end();
        text.strip_suffix(b":")
            .is_some_and(|before| before.trim_ascii_end().ends_with(b"\"items\""))
    }

    /// What was around the items.
    ///
    /// # Errors
    /// The List ended early or is no JSON.
    pub fn finish(self) -> Result<Envelope, serde_json::Error> {
        serde_json::from_slice(&self.skeleton)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(text: &str, chunk: usize) -> (Vec<String>, Result<Envelope, serde_json::Error>) {
        let mut splitter = Splitter::default();
        let mut items = Vec::new();
        for part in text.as_bytes().chunks(chunk) {
            splitter.feed(part, |item| items.push(String::from_utf8(item.to_vec()).unwrap()));
        }
        (items, splitter.finish())
    }

    const LIST: &str = r#"{"kind":"PodList","metadata":{"resourceVersion":"7","continue":"a\"[{","remainingItemCount":3}, "items" : [
        {"metadata":{"name":"a]}\\"},"items":[{"x":1}]}, {"b":["}"]},{}
    ]}"#;

    #[test]
    fn items_come_whole_however_the_bytes_arrive() {
        for chunk in 1..LIST.len() {
            let (items, envelope) = split(LIST, chunk);
            assert_eq!(
                items,
                [
                    r#"{"metadata":{"name":"a]}\\"},"items":[{"x":1}]}"#,
                    r#"{"b":["}"]}"#,
                    "{}"
                ],
                "{chunk}"
            );
            let metadata = envelope.unwrap().metadata;
            assert_eq!(metadata.resource_version, "7");
            assert_eq!(metadata.continue_token.as_deref(), Some("a\"[{"));
            assert_eq!(metadata.remaining_item_count, Some(3));
        }
    }

    #[test]
    fn metadata_may_follow_the_items_and_items_may_be_null() {
        let (items, envelope) = split(r#"{"items":[{"a":1}],"metadata":{"resourceVersion":"9"}}"#, 5);
        assert_eq!(items.len(), 1);
        assert_eq!(envelope.unwrap().metadata.resource_version, "9");
        let (items, envelope) = split(r#"{"metadata":{"resourceVersion":"9"},"items":null}"#, 4);
        assert!(items.is_empty() && envelope.is_ok());
    }

    #[test]
    fn a_list_that_ends_early_is_an_error() {
        assert!(
            split(r#"{"metadata":{"resourceVersion":"9"},"items":[{"a":1},{"b"#, 6)
                .1
                .is_err()
        );
    }

    proptest! {
        #[test]
        fn any_list_is_taken_apart_as_a_parser_would(
            values in prop::collection::vec("[ -~\\n]{0,20}", 0..6),
            chunk in 1usize..40,
        ) {
            let items: Vec<_> = values.iter().map(|v| serde_json::json!({"v": v, "n": {"items": [v]}})).collect();
            let list = serde_json::json!({"items": items, "metadata": {"resourceVersion": values.join("")}});
            let (got, envelope) = split(&list.to_string(), chunk);
            let got: Vec<serde_json::Value> = got.iter().map(|i| serde_json::from_str(i).unwrap()).collect();
            prop_assert_eq!(got, items);
            prop_assert_eq!(envelope.unwrap().metadata.resource_version, values.join(""));
        }
    }
}
