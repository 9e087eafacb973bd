//! A page as a browser reads it: which elements with which attributes, and what of them could do something.

use std::collections::BTreeMap;

use html5ever::{ParseOpts, parse_document, tendril::TendrilSink as _};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// Characters that turn, hide or command, which no reader would see.
const UNSEEN: [char; 12] = [
    '\u{202a}', '\u{202b}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{200b}', '\u{ad}',
    '\u{feff}', '\u{1b}', '\u{0}',
];
/// Attributes that lead somewhere.
const LEADING: [&str; 6] = ["href", "src", "action", "formaction", "data", "poster"];
/// Attributes that are read out or shown.
const SHOWN: [&str; 4] = ["aria-label", "title", "alt", "placeholder"];
/// Elements whose text nobody reads as text.
const UNREAD: [&str; 3] = ["script", "textarea", "style"];

/// What stands in a page.
#[derive(Default)]
pub struct Page {
    /// How often each element stands where, with the names of its attributes.
    pub elements: BTreeMap<String, usize>,
    /// What could do something, or hide something.
    pub harm: Vec<String>,
}

impl Page {
    /// Reads a page as browsers do, whatever is in it.
    pub fn read(html: &str) -> Self {
        // A browser that runs scripts reads what is in `noscript` as text.
        let mut options = ParseOpts::default();
        options.tree_builder.scripting_enabled = true;
        let document = parse_document(RcDom::default(), options).one(html);
        let mut page = Self::default();
        page.add(&document.document, "", "");
        page
    }

    fn add(&mut self, node: &Handle, path: &str, parent: &str) {
        let mut own = path.to_owned();
        let mut tag = parent.to_owned();
        match &node.data {
            NodeData::Element { name, attrs, template_contents, .. } => {
                tag = name.local.to_string();
                let attributes = attrs.borrow();
                let mut names: Vec<&str> = attributes.iter().map(|attribute| &*attribute.name.local).collect();
                names.sort_unstable();
                own = format!("{path}>{tag}");
                *self.elements.entry(format!("{own}{names:?}")).or_default() += 1;
                for attribute in attributes.iter() {
                    self.judge(&tag, &attribute.name.local, &attribute.value);
                }
                if let Some(contents) = &*template_contents.borrow() {
                    self.add(contents, &own, &tag);
                }
            }
            NodeData::Text { contents } if !UNREAD.contains(&parent) => {
                let contents = contents.borrow();
                if let Some(unseen) = contents.chars().find(|letter| UNSEEN.contains(letter)) {
                    self.harm.push(format!("{unseen:?} unmarked in {path}"));
                }
            }
            _ => {}
        }
        for child in node.children.borrow().iter() {
            self.add(child, &own, &tag);
        }
    }

    fn judge(&mut self, tag: &str, name: &str, value: &str) {
        if name.starts_with("on") || name == "style" || name == "srcdoc" {
            self.harm.push(format!("<{tag} {name}={value:?}>"));
        }
        let is_ours = value.is_empty() || value.starts_with(['/', '#', '?']) && !value.starts_with("//");
        if LEADING.contains(&name) && !is_ours {
            self.harm.push(format!("<{tag} {name}={value:?}> leads elsewhere"));
        }
        if SHOWN.contains(&name) && value.contains(UNSEEN) {
            self.harm.push(format!("{name} of <{tag}> hides something: {value:?}"));
        }
    }

    /// The elements that only one of two pages has, or has more of.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let names = self.elements.keys().chain(other.elements.keys());
        let mut names: Vec<&String> =
            names.filter(|name| self.elements.get(*name) != other.elements.get(*name)).collect();
        names.dedup();
        let told = |name: &String| format!("{name}: {:?} and {:?}", self.elements.get(name), other.elements.get(name));
        names.into_iter().map(told).collect()
    }
}

#[test]
fn what_harms_is_seen() {
    let harm = |html: &str| Page::read(html).harm;
    for bad in [
        "<p onclick=1>",
        "<a href=javascript:1>",
        "<a href=//evil.example>",
        "<p style=x>",
        "<p>a\u{202e}b",
        "<p title='\u{200b}'>",
        "<template><img onerror=1></template>",
    ] {
        assert_eq!(harm(bad).len(), 1, "{bad}");
    }
    assert_eq!(harm("<a href=/a>b</a><textarea>\u{202e}</textarea><input value=\u{202e}>"), Vec::<String>::new());
    let (one, other) = (Page::read("<p>a</p>"), Page::read("<p>a<b></p>"));
    assert_eq!(one.differences(&other).len(), 1);
    // A script within a comment within a script: where it ends, only a parser knows.
    let page = Page::read("<script><!--<script></script><p>inside</script><i>");
    assert!(page.elements.keys().any(|name| name.contains(">i")) && page.elements.len() == 5, "{:?}", page.elements);
}
