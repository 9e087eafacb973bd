//! From text to tree, within limits.

use std::{borrow::Cow, collections::HashSet, mem};

use domain::FieldError;
use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Span};

use super::{
    Content, Entry, MAX_DEPTH, MAX_TEXT, Node, Place, Scalar, Style,
    fault::{MAX_ERRORS, code, error},
};

/// Reads a text. An unreadable one gives its errors; a readable one may come with errors as well.
pub fn load(text: &str) -> Result<(Node, Vec<FieldError>), Vec<FieldError>> {
    let complain = |place, word, message: String| vec![error(place, String::new(), word, message)];
    let start = Place::new(1, 0);
    if text.len() > MAX_TEXT {
        let message = format!("The text has {} bytes; a definition has at most {MAX_TEXT}.", text.len());
        return Err(complain(start, code::TOO_LARGE, message));
    }
    if let Some((place, found)) = control_character(text) {
        let message = format!("The control character U+{:04X} cannot stand in a definition. Remove it.", found as u32);
        return Err(complain(place, code::SYNTAX, message));
    }
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options()) {
        let (event, span) = match event {
            Ok(next) => next,
            Err(failure) => {
                let (place, message) = explain(text, &failure);
                builder.errors.push(error(place, String::new(), code::SYNTAX, message));
                return Err(builder.errors);
            }
        };
        builder.take(event, span);
        if builder.is_stuck || builder.errors.len() >= MAX_ERRORS {
            return Err(builder.errors);
        }
    }
    match builder.root {
        Some(root) => Ok((root, builder.errors)),
        None if builder.errors.is_empty() => {
            Err(complain(start, code::SYNTAX, "The text is empty. A definition begins with `name:`.".to_owned()))
        }
        None => Err(builder.errors),
    }
}

fn options() -> Options {
    let mut options = granit_parser::options! {
        disallow_directives: true,
        // Each alias becomes an error of ours, with its place, instead of ending the reading at the first one.
        emit_unresolved_aliases: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    options.set_emit_comments(false);
    options
}

fn control_character(text: &str) -> Option<(Place, char)> {
    let refused = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let (at, found) = text.char_indices().find(|(_, c)| refused(*c))?;
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Some((Place::new(before.matches('\n').count() + 1, before[line_start..].chars().count()), found))
}

/// The place of a syntax error and a sentence about it.
fn explain(text: &str, failure: &ScanError) -> (Place, String) {
    let mark = failure.marker();
    let place = Place::new(mark.line(), mark.col());
    let info = failure.info();
    let tabbed =
        |line: &str| line.len() > line.trim_start_matches(' ').len() && line.trim_start_matches(' ').starts_with('\t');
    let near = text.lines().enumerate().skip(mark.line().saturating_sub(1)).take(2);
    let tab = near.into_iter().find(|(_, line)| line.starts_with('\t') || tabbed(line));
    if let Some((index, line)) = tab {
        let column = line.find('\t').unwrap_or_default();
        let message = "This line is indented with a tab. YAML is indented with spaces only.".to_owned();
        return (Place::new(index + 1, column), message);
    }
    if info.contains("recursion limit") {
        return (place, format!("This is nested deeper than {MAX_DEPTH} levels."));
    }
    (place, format!("This is not valid YAML: {info}."))
}

enum Frame {
    List { place: Place, items: Vec<Node> },
    Map { place: Place, entries: Vec<Entry>, seen: HashSet<String>, key: Option<Key> },
}

struct Key {
    text: String,
    place: Place,
    is_repeated: bool,
}

#[derive(Default)]
struct Builder {
    stack: Vec<Frame>,
    root: Option<Node>,
    errors: Vec<FieldError>,
    is_stuck: bool,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) {
        let place = Place::new(span.start.line(), span.start.col());
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(place, anchor, tag.is_some());
                self.scalar(place, text, style, span);
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_extras(place, anchor, tag.is_some());
                self.open(place, Frame::List { place, items: Vec::new() });
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_extras(place, anchor, tag.is_some());
                let frame = Frame::Map { place, entries: Vec::new(), seen: HashSet::new(), key: None };
                self.open(place, frame);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.complain(place, "Aliases (`*name`) are not read in definitions. Write the value out.");
                self.scalar(place, Cow::Borrowed(""), ScalarStyle::Plain, span);
            }
            Event::DocumentStart(..) if self.root.is_some() => {
                self.complain(place, "There is a second document (`---`). A file holds one definition.");
                self.is_stuck = true;
            }
            // Stream and document markers carry nothing; comments and anchors are not asked for.
            _ => {}
        }
    }

    fn complain(&mut self, place: Place, message: &str) {
        self.errors.push(error(place, String::new(), code::SYNTAX, message));
    }

    fn refuse_extras(&mut self, place: Place, anchor: usize, is_tagged: bool) {
        if anchor != 0 {
            self.complain(place, "Anchors (`&name`) are not read in definitions. Remove the anchor.");
        }
        if is_tagged {
            self.complain(place, "Tags (`!name`) are not read in definitions. Remove the tag.");
        }
    }

    fn scalar(&mut self, place: Place, text: Cow<'_, str>, style: ScalarStyle, span: Span) {
        let is_key = matches!(self.stack.last(), Some(Frame::Map { key: None, .. }));
        if is_key {
            self.key(place, text.into_owned());
            return;
        }
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        let source = span.byte_range().unwrap_or_default();
        self.value(Node { place, content: Content::Scalar(Scalar { text: text.into_owned(), style, source }) });
    }

    fn key(&mut self, place: Place, text: String) {
        let Some(Frame::Map { seen, key, .. }) = self.stack.last_mut() else { return };
        let is_repeated = !seen.insert(text.clone());
        let message = format!("The key `{text}` appears twice in this mapping. Keep one of them.");
        *key = Some(Key { text, place, is_repeated });
        if is_repeated {
            self.errors.push(error(place, String::new(), code::DUPLICATE, message));
        }
    }

    fn open(&mut self, place: Place, frame: Frame) {
        if matches!(self.stack.last(), Some(Frame::Map { key: None, .. })) {
            self.complain(place, "A key must be plain text, not a list or a mapping.");
            self.is_stuck = true;
            return;
        }
        // The parser has limits of its own for each style; together they could nest twice as deep.
        if self.stack.len() >= MAX_DEPTH {
            self.complain(place, &format!("This is nested deeper than {MAX_DEPTH} levels."));
            self.is_stuck = true;
            return;
        }
        self.stack.push(frame);
    }

    fn close(&mut self) {
        let node = match self.stack.pop() {
            Some(Frame::List { place, items }) => Node { place, content: Content::List(items) },
            Some(Frame::Map { place, entries, .. }) => Node { place, content: Content::Map(entries) },
            None => return,
        };
        self.value(node);
    }

    fn value(&mut self, node: Node) {
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Frame::List { items, .. }) => items.push(node),
            Some(Frame::Map { entries, key, .. }) => {
                if let Some(key) = mem::take(key)
                    && !key.is_repeated
                {
                    entries.push(Entry { key: key.text, place: key.place, value: node });
                }
            }
        }
    }
}
